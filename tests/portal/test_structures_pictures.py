"""Pictures of structures: each in its own collection, seen by its managers and the park; a logo goes through approval."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image as Pillow
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers import moderation
from providers.invitations import collection_of
from providers.models import ListingSubmission, Manager, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
CHOOSER, UPLOAD = "/admin/images/chooser/", "/admin/images/chooser/create/"
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PLAIN = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'


def png(color: str = "teal", padding: int = 0) -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (300, 120), color).save(out, "PNG")
    return out.getvalue() + b"\0" * padding


class Structure:
    """A structure, its manager signed in, and a picture and a document of its own."""

    def __init__(self, name: str, color: str) -> None:
        town = CommuneFactory(name="Le Blanc")
        self.provider = ProviderFactory(
            name=name, communes=[town], base_commune=town, offers=[ServiceFactory(name="Ménage")]
        )
        self.provider.save_revision().publish()
        self.provider = Provider.objects.get(pk=self.provider.pk)
        self.user = UserFactory(groups=[role_name(PARTNERS)])
        Manager.objects.create(provider=self.provider, user=self.user)
        self.collection = collection_of(self.provider)
        file = SimpleUploadedFile(f"zqxw{name}.png", png(color), "image/png")
        self.image = get_image_model().objects.create(
            title=f"zqxw{name}", file=file, collection=self.collection, width=300, height=120
        )
        self.document = get_document_model().objects.create(
            title=f"zqxw{name}-doc",
            file=SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4"),
            collection=self.collection,
        )
        self.client = Client()
        self.client.force_login(self.user)

    @property
    def edit(self) -> str:
        return reverse("wagtailsnippets_providers_provider:edit", args=[self.provider.pk])

    def save(self, **changes: Any) -> Any:
        """Post the form as it is shown, with *changes*."""
        form = self.client.get(self.edit).context["form"]
        data = posted(form) | changes
        return self.client.post(self.edit, data)


def posted(form: Any) -> dict[str, Any]:
    """What a browser sends for *form* left as it is."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False:
            continue
        data[bound.html_name] = (
            [getattr(item, "pk", item) for item in value] if isinstance(value, list) else value
        )
    for formset in form.formsets.values():
        management = formset.management_form
        data |= {field.html_name: field.value() for field in management}
        for row in formset.forms:
            for bound in row:
                value = bound.value()
                if value not in (None, False):
                    data[bound.html_name] = getattr(value, "pk", value)
    return data


@pytest.fixture
def a() -> Structure:
    return Structure("Aubepine", "teal")


@pytest.fixture
def b() -> Structure:
    return Structure("Bruyere", "gold")


@pytest.fixture
def parks(db: None) -> Any:
    return get_image_model().objects.create(
        title="zqxwParc", file=SimpleUploadedFile("zqxwparc.png", png("red")), width=300, height=120
    )


def test_a_partner_sees_its_own_pictures_and_no_others(a: Structure, b: Structure, parks: Any) -> None:
    for address in (
        CHOOSER,
        f"{CHOOSER}results/",
        f"{CHOOSER}results/?q=zqxw",
        "/admin/images/",
        "/admin/images/results/",
        "/admin/api/main/images/",
        "/admin/api/main/documents/",
    ):
        text = a.client.get(address).text
        assert "zqxwBruyere" not in text, address
        assert "zqxwParc" not in text, address
    assert "zqxwAubepine" in a.client.get(CHOOSER).text
    staff = Client()
    staff.force_login(UserFactory(groups=[role_name(STAFF)]))
    for title in ("zqxwAubepine", "zqxwBruyere", "zqxwParc"):
        assert title in staff.get(CHOOSER).text


def test_and_reaches_them_by_no_address(a: Structure, b: Structure, parks: Any) -> None:
    for image in (b.image, parks):
        for address in (
            f"{CHOOSER}{image.pk}/",
            f"/admin/images/chooser/chosen/{image.pk}/",
            f"/admin/images/chooser/chosen-multiple/?id={image.pk}",
            f"/admin/images/chooser/{image.pk}/select_format/",
            f"/admin/images/{image.pk}/",
            f"/admin/images/{image.pk}/delete/",
            f"/admin/images/{image.pk}/generate_url/",
            f"/admin/images/{image.pk}/preview/max-100x100/",
            f"/admin/images/usage/{image.pk}/",
            f"/admin/api/main/images/{image.pk}/",
            f"/admin/images/multiple/{image.pk}/",
            f"/admin/bulk/image/wagtailimages/image/delete/?id={image.pk}",
        ):
            for method in ("get", "post"):
                answer = getattr(a.client, method)(address, follow=True)
                assert image.title not in answer.text, address
                assert image.file.name not in answer.text, address
        image.refresh_from_db()
    document = b.document
    for address in (
        "/admin/documents/chooser/",
        "/admin/documents/chooser/results/?q=zqxw",
        f"/admin/documents/chooser/chosen/{document.pk}/",
        f"/admin/documents/edit/{document.pk}/",
        f"/admin/documents/delete/{document.pk}/",
        f"/admin/documents/usage/{document.pk}/",
        f"/admin/api/main/documents/{document.pk}/",
        "/admin/documents/",
    ):
        assert document.title not in a.client.get(address, follow=True).text, address
        a.client.post(address)
    assert get_document_model().objects.filter(pk=document.pk).exists()


@pytest.mark.parametrize("role", [OPERATORS, INSTITUTIONS, PARTNERS])
def test_who_keeps_nothing_has_no_pictures(a: Structure, role: str) -> None:
    client = Client()
    client.force_login(UserFactory(groups=[role_name(role)]))
    assert "zqxw" not in client.get(CHOOSER, follow=True).text
    before = get_image_model().objects.count()
    client.post(
        UPLOAD,
        {"image-chooser-upload-title": "x", "image-chooser-upload-file": SimpleUploadedFile("x.png", png())},
    )
    assert get_image_model().objects.count() == before


def test_a_removed_manager_sees_them_no_more(a: Structure) -> None:
    Manager.objects.all().delete()
    assert "zqxw" not in a.client.get(CHOOSER, follow=True).text


def upload(structure: Structure, name: str, content: bytes) -> Any:
    return structure.client.post(
        UPLOAD,
        {
            "image-chooser-upload-title": "Notre logo",
            "image-chooser-upload-file": SimpleUploadedFile(name, content),
            # What a forged form adds: it is not looked at.
            "image-chooser-upload-collection": "1",
        },
    )


def test_what_a_partner_adds_goes_to_its_collection(a: Structure) -> None:
    assert upload(a, "logo.png", png("navy")).status_code == 200
    assert get_image_model().objects.get(title="Notre logo").collection == a.collection


def test_of_two_structures_one_is_chosen_and_no_other(a: Structure, b: Structure) -> None:
    Manager.objects.create(provider=b.provider, user=a.user)
    response = upload(a, "logo.png", png("navy"))
    assert not get_image_model().objects.filter(collection__depth=1).exists()
    assert "Sélectionnez un choix valide" in response.json()["htmlFragment"] or response.status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("logo.svg", SCRIPT, "dessin"),
        ("logo.svg", PLAIN, "PNG, JPEG ou WebP"),
        ("logo.png", png(padding=6 * 1024 * 1024), "5 Mo au plus"),
        ("logo.png", png(padding=20 * 1024 * 1024), "trop gros"),
        ("logo.png", SCRIPT, "valide"),
        ("logo.html", b"<script>alert(1)</script>", "Formats supportés"),
    ],
)
def test_what_is_refused_and_why(a: Structure, name: str, content: bytes, told: str) -> None:
    before = get_image_model().objects.count()
    response = upload(a, name, content)
    assert response.status_code == 200
    said = response.json().get("htmlFragment") or ""
    assert get_image_model().objects.count() == before, said
    text = re.sub(r"\s+", " ", said.replace("\xa0", " "))
    assert told in text, text


def test_the_parks_own_pictures_keep_their_own_rule(db: None) -> None:
    client = Client()
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    client.post(
        UPLOAD,
        {
            "image-chooser-upload-title": "Carte",
            "image-chooser-upload-file": SimpleUploadedFile("c.svg", PLAIN),
            "image-chooser-upload-collection": "1",
        },
    )
    assert get_image_model().objects.filter(title="Carte").exists()


def test_a_manager_neither_replaces_nor_deletes_a_picture(a: Structure) -> None:
    """What was approved and is public must not change by itself."""
    upload(a, "logo.png", png("navy"))
    image = get_image_model().objects.get(title="Notre logo")
    assert image.uploaded_by_user == a.user
    name = image.file.name
    a.client.post(
        f"/admin/images/{image.pk}/", {"title": "Autre", "file": SimpleUploadedFile("y.png", png("red"))}
    )
    a.client.post(f"/admin/images/{image.pk}/delete/")
    a.client.post(
        f"/admin/images/multiple/{image.pk}/delete/", headers={"x-requested-with": "XMLHttpRequest"}
    )
    a.client.post(f"/admin/bulk/image/wagtailimages/image/delete/?id={image.pk}")
    image.refresh_from_db()
    assert (image.title, image.file.name) == ("Notre logo", name)


def test_the_logo_waits_for_approval_like_the_rest(a: Structure, client: Client) -> None:
    public = a.provider.get_absolute_url()
    answer = a.save(logo=a.image.pk, **{"action-propose": "1"})
    assert answer.status_code == 302
    row = ListingSubmission.objects.get()
    [difference] = moderation.changes(row)
    assert (difference.label, difference.before, difference.after) == ("Logo", "", "zqxwAubepine")
    assert 'class="mark"' not in client.get(public).text
    moderation.approve(row.pk, UserFactory(groups=[role_name(STAFF)]))
    page = client.get(public).text
    assert re.search(r'<img class="mark" src="/media/images/[^"]+" width="\d+" height="\d+" alt="">', page)


@pytest.mark.parametrize("whose", ["b", "park", "none"])
def test_a_forged_logo_is_refused_and_tells_nothing(
    a: Structure, b: Structure, parks: Any, whose: str
) -> None:
    key = {"b": b.image.pk, "park": parks.pk, "none": 999_999}[whose]
    answer = a.save(logo=key, **{"action-propose": "1"})
    assert answer.status_code == 200
    assert "zqxwBruyere" not in answer.text
    assert "zqxwParc" not in answer.text
    assert not ListingSubmission.objects.exists()
    assert Provider.objects.get(pk=a.provider.pk).get_latest_revision_as_object().logo is None
