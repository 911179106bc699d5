"""A census in the admin: who may, and each step from the file to the directory."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.roles import OPERATORS, PARTNERS, STAFF, role_name
from providers.census import jobs
from providers.models import CensusImport, CensusLine, Provider
from providers.views.census.viewset import CensusViewSet
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    """Names of the files kept now; called again, those of then."""
    folder = Path(CensusImport._meta.get_field("file").storage.location) / "census"
    before = set(folder.iterdir()) if folder.exists() else set()
    return lambda: set(folder.iterdir()) - before if folder.exists() else set()


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    return client


@pytest.fixture
def territory():
    ServiceFactory(name="Ménage")
    return CommuneFactory(name="Le Blanc")


def sheet(*lines, name="recensement.csv", encoding="cp1252"):
    text = "\r\n".join(["Recensement 2026;;;;", "Nom;Statut;Ville;Tél.;Activités", *lines])
    return SimpleUploadedFile(name, text.encode(encoding))


def send(client, file, **choices):
    response = client.post(reverse("census:index"), {"file": file, **choices})
    return response, CensusImport.objects.first()


def read(client, census):
    """Accept the columns as recognised; the job runs at once in tests."""
    data = {f"column-{place}": key for key, place in census.mapping.items()}
    client.post(reverse("census:columns", args=[census.pk]), data)
    census.refresh_from_db()
    return census


def press(client, census, step, **data):
    response = client.post(reverse(f"census:{step}", args=[census.pk]), data)
    if CensusImport.objects.filter(pk=census.pk).exists():
        census.refresh_from_db()
    return response


GOOD = "Les Ajoncs;association;Le Blanc;02.61.91.01.55;Ménage"
BAD = "Sans lieu;association;Nulle-Part;02.61.91.01.56;Ménage"


def test_from_the_file_to_the_directory(staff, territory):
    response, census = send(staff, sheet(GOOD), default_area="territory", admission_note="Réunion du 3 mars")
    assert response.url == reverse("census:show", args=[census.pk])
    page = staff.get(response.url).content.decode()
    assert "Tél." in page and "02.61.91.01.55" in page
    read(staff, census)
    assert census.state == CensusImport.State.READY
    page = staff.get(response.url).content.decode()
    assert "Les Ajoncs" in page and "02 61 91 01 55" in page
    assert not Provider.objects.exists()
    press(staff, census, "apply")
    assert census.state == CensusImport.State.DONE
    structure = Provider.objects.listed().get()
    assert (structure.name, str(structure.phone), structure.live) == ("Les Ajoncs", "+33261910155", True)
    assert structure.operations.decision_note == "Réunion du 3 mars"
    assert structure.latest_revision.user.groups.get().name == role_name(STAFF)
    assert (
        staff.get(reverse("providers:results", args=["menage", "le-blanc"]))
        .content.decode()
        .count("Les Ajoncs")
    )
    assert staff.get(response.url).status_code == 200


def test_nothing_is_kept_of_the_file_once_it_went_in(staff, territory, kept):
    _response, census = send(staff, sheet(GOOD), default_area="territory")
    assert len(kept()) == 1
    press(staff, read(staff, census), "apply")
    assert not kept()
    assert not CensusLine.objects.exists()
    assert census.totals["new"] == 1


def test_a_bad_line_is_named_and_holds_everything_back(staff, territory):
    _response, census = send(staff, sheet(GOOD, BAD))
    read(staff, census)
    page = staff.get(reverse("census:show", args=[census.pk])).content.decode()
    assert "Nulle-Part" in page and ">4</td>" in page
    assert reverse("census:apply", args=[census.pk]) not in page
    press(staff, census, "apply")  # sent all the same
    assert census.state == CensusImport.State.READY
    assert census.message
    assert not Provider.objects.exists()


def test_giving_up_erases_the_file(staff, territory, kept):
    _response, census = send(staff, sheet(GOOD))
    press(staff, census, "discard")
    assert not CensusImport.objects.exists()
    assert not kept()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7\n\x00\x01",
        b"rien qui ressemble\r\n",
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(staff, territory, kept, content):
    response, census = send(staff, SimpleUploadedFile("x.xlsx", content))
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert census is None
    assert not kept()


def test_a_file_too_large_is_refused_before_it_is_kept(staff, territory, kept, monkeypatch):
    monkeypatch.setattr("providers.views.census.pages.MAX_BYTES", 10)
    response, census = send(staff, sheet(GOOD))
    assert response.status_code == 422 and census is None and not kept()


def test_columns_are_matched_by_hand(staff, territory):
    text = "Qui ?;Numéro à appeler;Où\r\nLes Ajoncs;0261910155;Le Blanc"
    _response, census = send(
        staff, SimpleUploadedFile("x.csv", text.encode()), default_legal_form="association"
    )
    page = staff.get(reverse("census:show", args=[census.pk]))
    assert (census.header_row, census.mapping) == (1, {})  # no heading is recognised: the fullest line
    assert not page.context["recognised"]
    columns = {"column-0": "name", "column-1": "phone", "column-2": "commune"}
    press(staff, census, "columns", **columns)
    assert [(line.name, line.status) for line in census.lines.all()] == [("Les Ajoncs", "new")]


def test_a_list_without_headings(staff, territory):
    text = "Les Ajoncs;0261910155;Le Blanc\r\nLes Joncs;0261910156;Le Blanc"
    _response, census = send(
        staff, SimpleUploadedFile("x.csv", text.encode()), default_legal_form="association"
    )
    assert census.header_row == 0  # a line with a phone number is a structure
    press(staff, census, "look", header_row="1")
    assert staff.get(reverse("census:show", args=[census.pk])).context["rows"][0]["text"] == "Les Ajoncs"
    press(staff, census, "look", header_row="0")
    page = staff.get(reverse("census:show", args=[census.pk]))
    assert page.context["rows"][0]["samples"] == ["Les Ajoncs", "Les Joncs"]
    press(staff, census, "columns", **{"column-0": "name", "column-1": "phone", "column-2": "commune"})
    assert [(line.name, line.status) for line in census.lines.all()] == [
        ("Les Ajoncs", "new"),
        ("Les Joncs", "new"),
    ]


@pytest.mark.parametrize("row", ["", "x", "-1", "²", "9" * 30, "2"])
def test_the_line_of_the_headings_is_a_line(staff, territory, row):
    _response, census = send(staff, sheet(GOOD))
    press(staff, census, "look", header_row=row)
    assert (census.header_row, len(census.mapping)) == (2, 5)
    assert staff.get(reverse("census:show", args=[census.pk])).status_code == 200


def test_two_columns_read_as_the_same_are_refused(staff, territory):
    _response, census = send(staff, sheet(GOOD))
    press(staff, census, "columns", **{"column-0": "name", "column-1": "name"})
    assert census.state == CensusImport.State.COLUMNS


def test_the_name_must_be_among_the_columns(staff, territory):
    _response, census = send(staff, sheet(GOOD))
    press(staff, census, "columns", **{"column-2": "commune", "column-3": "phone"})
    assert census.state == CensusImport.State.COLUMNS


def test_a_likely_double_is_asked_about(staff, territory):
    known = ProviderFactory(name="Tout Autre Chose", phone="+33261910155", base_commune=territory)
    _response, census = send(staff, sheet(GOOD))
    read(staff, census)
    line = census.lines.get()
    assert line.status == CensusLine.Status.DOUBT
    page = staff.get(reverse("census:show", args=[census.pk])).content.decode()
    assert f'value="update:{known.pk}"' in page
    press(staff, census, "apply")
    assert census.state == CensusImport.State.READY
    other = ProviderFactory(base_commune=territory)
    press(staff, census, "decide", **{f"line-{line.number}": f"update:{other.pk}"})
    line.refresh_from_db()
    assert line.decision == ""  # only those that were proposed
    press(staff, census, "decide", **{f"line-{line.number}": "new"})
    press(staff, census, "apply")
    assert census.state == CensusImport.State.DONE
    assert Provider.objects.filter(phone="+33261910155").count() == 2


def test_a_decision_can_be_taken_back(staff, territory):
    known = ProviderFactory(name="Tout Autre Chose", phone="+33261910155", base_commune=territory)
    _response, census = send(staff, sheet(GOOD))
    read(staff, census)
    (line,) = census.lines.all()
    for decision, status in ((f"update:{known.pk}", "update"), ("skip", "skipped"), ("new", "new")):
        press(staff, census, "decide", **{f"line-{line.number}": decision})
        line.refresh_from_db()
        assert line.status == status
        page = staff.get(reverse("census:show", args=[census.pk])).content.decode()
        assert reverse("census:decide", args=[census.pk]) in page, "the choice stays open in every tab"


def test_what_is_in_the_cells_is_text_on_every_screen(staff, territory):
    evil = "<script>alert(1)</script>"
    rows = [
        f"{evil}Les Ajoncs;association;Le Blanc;02.61.91.01.55;Ménage",
        f"Les Joncs{evil};association;{evil};02.61.91.01.56;{evil}",
    ]
    _response, census = send(staff, sheet(*rows, name=f"{evil}.csv".replace("/", "")))
    for _screen in range(2):
        for tab in ("", "?statut=new", "?statut=faulty"):
            page = staff.get(reverse("census:show", args=[census.pk]) + tab).content.decode()
            assert "alert(1)" in page
            assert "<script>alert" not in page
        read(staff, census)


def test_a_page_of_nonsense_is_a_page(staff, territory):
    _response, census = send(staff, sheet(GOOD))
    read(staff, census)
    for query in ("?statut=x&p=y", "?p=-1", "?p=999999", "?statut=unread", "?p=" + "9" * 400):
        assert staff.get(reverse("census:show", args=[census.pk]) + query).status_code == 200
    assert staff.get(reverse("census:show", args=[census.pk + 1])).status_code == 404


def test_a_file_that_is_gone_is_said(staff, territory):
    _response, census = send(staff, sheet(GOOD))
    Path(census.file.path).unlink()
    response = staff.get(reverse("census:show", args=[census.pk]), follow=True)
    assert response.redirect_chain[-1][0] == reverse("census:index")
    assert not CensusImport.objects.exists()


def test_what_the_worker_left_can_be_started_again(staff, territory):
    _response, census = send(staff, sheet(GOOD))
    census.state = CensusImport.State.READING
    census.save()
    jobs.report(census)(1, None)
    press(staff, census, "restart")
    assert census.state == CensusImport.State.READING  # it is being worked on
    assert "progress" in staff.get(reverse("census:show", args=[census.pk])).content.decode()
    told = (1, None, 0.0)
    jobs.caches["shared"].set(f"census-{census.pk}", told)
    press(staff, census, "restart")
    assert census.state == CensusImport.State.READY


def test_an_export_is_read_back_to_no_change(staff, territory):
    ProviderFactory(
        name="=1+1", base_commune=territory, communes=[territory], offers=[ServiceFactory(name="Ménage")]
    )
    content = b"".join(staff.get(reverse("census:export_csv")).streaming_content)
    assert content.startswith(b"\xef\xbb\xbf") and b"'=1+1" in content
    _response, census = send(staff, SimpleUploadedFile("e.csv", content))
    read(staff, census)
    assert [line.status for line in census.lines.all()] == ["same"]
    workbook = b"".join(staff.get(reverse("census:export_xlsx")).streaming_content)
    response, census = send(staff, SimpleUploadedFile("e.xlsx", workbook))
    assert response.status_code == 302 and census.file_name == "e.xlsx"
    read(staff, census)
    assert [line.status for line in census.lines.all()] == ["same"]


def test_the_template_has_every_column_and_a_guide(staff, territory):
    from openpyxl import load_workbook

    content = b"".join(staff.get(reverse("census:template_xlsx")).streaming_content)
    workbook = load_workbook(io.BytesIO(content))
    headings = [cell.value for cell in workbook.worksheets[0][1]]
    assert {"Nom", "Commune", "Téléphone", "Services"} <= set(headings)
    guide = "\n".join(str(row[0]) for row in workbook.worksheets[1].iter_rows(values_only=True))
    assert "Ménage" in guide


def addresses():
    for pattern in CensusViewSet().get_urlpatterns():
        args = [1] if "pk" in pattern.pattern.converters else []
        yield reverse(f"census:{pattern.name}", args=args)


def is_refused(response):
    """Sent to sign in, or home with a word that it is not allowed."""
    return response.status_code == 302 and (
        "login" in response.url or response.url == reverse("wagtailadmin_home")
    )


@pytest.mark.parametrize("role", [PARTNERS, OPERATORS, None])
def test_others_are_kept_out(client, role):
    if role:
        client.force_login(UserFactory(groups=[role_name(role)]))
    for address in addresses():
        if role == OPERATORS and "." in address:
            continue  # the files: they see every listing
        assert is_refused(client.get(address)), address
        assert is_refused(client.post(address)), address


def test_operators_take_the_list_out(client):
    client.force_login(UserFactory(groups=[role_name(OPERATORS)]))
    assert client.get(reverse("census:export_csv")).status_code == 200
    menu = client.get(reverse("wagtailadmin_home")).content.decode()
    assert f'"{reverse("census:index")}"' not in menu
