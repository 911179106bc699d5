"""The request log: what it lists, how a request is found again, what is exported."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from intake.models import Need, ServiceRequest, UnmetCase
from intake.requests import lifecycle, references
from intake.requests.entry import NeedEntry
from intake.requests.finding import find_requests
from intake.requests.reasons import Channel, Doubt, SetAsideReason
from intake.requests.states import NeedStatus, RequestStatus
from providers.models import ServiceCategory
from tests.factories import CommuneFactory, EpciFactory, ServiceFactory, UserFactory
from tests.intake.factories import PHONE, CampaignFactory, request_for

pytestmark = pytest.mark.django_db

INDEX = "intake_requests:index"


def listed(client, **query):
    return list(client.get(reverse(INDEX), query).context["object_list"])


class TestFinding:
    @pytest.fixture
    def known(self, structures, place, cleaning):
        request_for((cleaning, place), phone="02 61 91 00 11", name="Marcel")
        return request_for(
            NeedEntry(cleaning, place, words="Laver les vitres de la véranda"),
            phone=PHONE,
            name="Odile Prégent-Cœur",
            notes="Rappeler après l’été",
        )

    @pytest.mark.parametrize(
        "words", ["véranda", "VERANDA", "pregent", "odile coeur", "l’ete", "Odile mezieres menage"]
    )
    def test_by_words_whatever_the_accents(self, known, words):
        assert list(find_requests(words, people=True)) == [known]

    @pytest.mark.parametrize(
        "spell", [str, references.spoken, lambda ref: f"réf. {ref[:2]}.{ref[2:4]}.{ref[4:]}"]
    )
    def test_by_reference_in_any_spelling(self, known, spell):
        assert list(find_requests(spell(known.reference), people=False)) == [known]

    @pytest.mark.parametrize("number", ["02 61 91 00 77", "0261910077", "+33 2 61 91 00 77", "91.00.77"])
    def test_by_phone(self, known, number):
        assert list(find_requests(number, people=True)) == [known]
        assert not find_requests(number, people=False).exists()

    @pytest.mark.parametrize("words", ["", "   ", "%", "introuvable", "_" * 500, "'; --", "12", "\U0001f600"])
    def test_nothing_found(self, known, words):
        assert not find_requests(words, people=True).exists()

    def test_those_who_see_nobody_find_by_place_and_service_only(self, known):
        assert not find_requests("Odile", people=False).exists()
        assert find_requests("menage mezieres", people=False).count() == 2

    def test_no_word_of_a_search_is_in_an_address_or_kept(self, known, operator):
        request_for(name="Odile Martin", phone=PHONE)
        answer = operator.post(reverse("intake_requests:find"), {"words": "Odile"})
        assert answer.status_code == 302
        assert "odile" not in answer.url.lower()
        assert "odile" not in str(dict(operator.session.items())).lower()
        page = operator.get(answer.url)
        assert {row.pk for row in page.context["object_list"]} == set(
            ServiceRequest.objects.filter(requester__name__startswith="Odile").values_list("pk", flat=True)
        )
        assert f'name="found" value="{answer.url.split("=")[1]}"' in page.content.decode()

    def test_one_found_is_opened_at_once(self, known, operator):
        answer = operator.post(reverse("intake_requests:find"), {"words": references.spoken(known.reference)})
        assert answer.url == reverse("intake_requests:edit", args=[known.pk])

    def test_a_search_of_somebody_else_is_over(self, known, operator, staff):
        url = operator.post(reverse("intake_requests:find"), {"words": "menage"}).url
        page = staff.get(url)
        assert page.context["is_lost"] and page.context["found_count"] is None

    @pytest.mark.parametrize("words", ["x" * 500, "\0", ""])
    def test_a_search_that_cannot_be_made_is_told(self, operator, words):
        assert (
            operator.post(reverse("intake_requests:find"), {"words": words}, follow=True).status_code == 200
        )


class TestFilters:
    @pytest.fixture
    def three(self, structures, place, elsewhere, cleaning):
        place.epci = EpciFactory(name="CC de Brenne")
        place.save()
        campaign = CampaignFactory()
        self.operator = UserFactory()
        garden = ServiceFactory(
            name="Jardin", category=ServiceCategory.objects.create(name="Dehors", slug="dehors")
        )
        return {
            "given": request_for(
                (cleaning, place), channel=Channel.WEB, doubts=[Doubt.MANY], campaign=campaign
            ),
            "unmet": request_for((cleaning, elsewhere), (garden, place), by=self.operator),
            "words": request_for(NeedEntry(words="quelqu’un")),
        }

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            (lambda t: {"channel": "web"}, "given"),
            (lambda t: {"doubt": "yes"}, "given"),
            (lambda t: {"status": ["to_do", "closed"]}, "words"),
            (lambda t: {"need": "unmet"}, "unmet"),
            (lambda t: {"reason": "outside_coverage"}, "unmet"),
            (lambda t: {"campaign": t["given"].campaign_id}, "given"),
            (lambda t: {"operator": t["unmet"].operator_id}, "unmet"),
            (lambda t: {"structure": t["given"].needs.get().referrals.first().provider_id}, "given"),
            (lambda t: {"family": t["unmet"].needs.last().service.category_id}, "unmet"),
            (lambda t: {"commune": t["unmet"].needs.first().commune_id}, "unmet"),
            (lambda t: {"epci": t["given"].needs.get().commune.epci_id, "channel": "web"}, "given"),
            (lambda t: {"received_from": "2999-01-01"}, None),
        ],
    )
    def test_each_filter(self, three, operator, query, expected):
        assert listed(operator, **query(three)) == ([three[expected]] if expected else [])

    def test_filters_of_needs_are_met_by_one_and_the_same_need(self, three, operator, cleaning, place):
        assert listed(operator, service=cleaning.pk, commune=place.pk) == [three["given"]]

    @pytest.mark.parametrize(
        "query",
        [
            {"commune": "99999999999999999999"},
            {"need": "x"},
            {"received_from": "z"},
            {"p": "-4"},
            {"ordering": "requester"},
        ],
    )
    def test_nonsense_is_no_error(self, three, operator, query):
        assert operator.get(reverse(INDEX), query).status_code == 200


def test_as_many_queries_for_fifty_as_for_three(operator, structures, place, cleaning):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert operator.get(reverse(INDEX)).status_code == 200
        return len(queries)

    for _ in range(3):
        request_for((cleaning, place), phone=PHONE)
    count()
    few = count()
    for _ in range(57):
        request_for((cleaning, place), phone=PHONE, name="Odile")
    assert count() <= few <= 32
    assert len(listed(operator)) == 50


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def csv_rows(client, name="intake_requests", **query):
    response = client.get(reverse(f"{name}:index"), query | {"export": "csv"})
    text = body(response).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


class TestExports:
    MARK = "Marquepage"

    @pytest.fixture
    def log(self, structures, place, elsewhere, cleaning):
        mark = self.MARK
        asked = [NeedEntry(cleaning, place, words=mark), NeedEntry(cleaning, elsewhere, place_as_typed=mark)]
        request_for(*asked, name=f"={mark}", phone=PHONE, email=f"{mark}@test.example", notes=f"@{mark}")
        return request_for((cleaning, place))

    def test_one_row_per_need_and_nobody_in_it(self, log, staff):
        rows = csv_rows(staff)
        assert len(rows) == Need.objects.count() == 3
        workbook = body(staff.get(reverse(INDEX), {"export": "xlsx"}))
        sheet = load_workbook(io.BytesIO(workbook)).worksheets[0]
        assert sheet.max_row == 4
        seen = str(rows) + str([cell.value for row in sheet for cell in row])
        for personal in (self.MARK, "0077", "00 77"):
            assert personal.lower() not in seen.lower()
        row = next(row for row in rows if row["Référence"] == references.spoken(log.reference))
        assert row["Commune"] == "Mézières-en-Brenne" and row["Structures indiquées"] == "3"

    def test_what_is_filtered_is_exported(self, log, staff, elsewhere):
        rows = csv_rows(staff, commune=elsewhere.pk)
        assert [row["Commune"] for row in rows] == ["Azay-le-Ferron"]
        url = staff.post(reverse("intake_requests:find"), {"words": "menage"}).url
        assert len(csv_rows(staff, found=url.split("=")[1])) == 3

    def test_with_names_for_those_who_may_and_it_leaves_a_trace(self, log, staff, operator):
        response = operator.get(reverse(INDEX), {"export": "csv", "names": "1"})
        assert response.status_code in (302, 403)
        assert not ModelLogEntry.objects.filter(action="intake.export_names").exists()
        rows = csv_rows(staff, names="1", channel="phone")
        named = next(row for row in rows if row["Nom"])
        assert named["Nom"] == f"'={self.MARK}" and named["Notes"] == f"'@{self.MARK}"
        assert named["Numéro de téléphone"].endswith("33261910077")
        trace = ModelLogEntry.objects.get(action="intake.export_names")
        assert (trace.user, trace.data["rows"]) == (staff.user, 3)
        assert trace.data["filters"] == {"channel": ["phone"]} and self.MARK not in str(trace.data)

    def test_in_few_queries_however_long(self, log, staff):
        with CaptureQueriesContext(connection) as few:
            csv_rows(staff)
        for _ in range(20):
            ServiceRequest.objects.filter(pk=log.pk).update(notes="x")
            Need.objects.create(request=log)
        with CaptureQueriesContext(connection) as many:
            assert len(csv_rows(staff)) == 23
        assert len(many) <= len(few)

    def test_the_unmet_list_on_screen_and_exported_are_the_same(self, log, staff, elsewhere, cleaning):
        request_for((cleaning, elsewhere))
        advert = request_for((cleaning, elsewhere))
        lifecycle.set_aside(advert, SetAsideReason.SPAM, staff.user)
        shown = staff.get(reverse("intake_unmet:index")).context["object_list"]
        expected = set(Need.objects.unsuccessful())
        assert {case.need for case in shown} == expected and len(expected) == 2
        rows = csv_rows(staff, "intake_unmet")
        assert {row["Référence"] for row in rows} == {
            references.spoken(need.request.reference) for need in expected
        }
        assert self.MARK.lower() not in str(rows).lower()


class TestBulk:
    def url(self, action, *requests):
        keys = "&".join(f"id={request.pk}" for request in requests)
        return reverse("wagtail_bulk_action", args=["intake", "servicerequest", action]) + f"?{keys}"

    def test_looked_at(self, operator, structures, place, cleaning):
        doubtful = request_for((cleaning, place), doubts=[Doubt.HONEYPOT])
        plain = request_for((cleaning, place))
        url = self.url("look_at", doubtful, plain)
        page = operator.get(url).content.decode()
        assert str(doubtful) in page and "Laissées comme elles sont" in page
        operator.post(url)
        doubtful.refresh_from_db()
        plain.refresh_from_db()
        assert doubtful.checked_at and not doubtful.is_in_doubt and plain.checked_at is None

    def test_set_aside_and_no_news(self, operator, structures, place, cleaning):
        advert, forgotten = request_for((cleaning, place)), request_for((cleaning, place))
        assert operator.post(self.url("set_aside", advert)).status_code == 200  # the reason is missing
        advert.refresh_from_db()
        assert advert.status == RequestStatus.WAITING
        operator.post(self.url("set_aside", advert), {"reason": "spam"})
        operator.post(self.url("no_news", advert, forgotten))
        advert.refresh_from_db()
        assert advert.status == RequestStatus.SET_ASIDE
        assert forgotten.needs.get().status == NeedStatus.NOT_KNOWN
        assert advert.needs.get().status == NeedStatus.DIRECTED

    @pytest.mark.parametrize("ids", ["id=all", "id=x", "id=99999999999999999999", ""])
    def test_only_what_was_ticked(self, operator, structures, place, cleaning, ids):
        request = request_for((cleaning, place))
        url = reverse("wagtail_bulk_action", args=["intake", "servicerequest", "set_aside"])
        operator.post(f"{url}?{ids}", {"reason": "spam"})
        request.refresh_from_db()
        assert request.status == RequestStatus.WAITING


def test_every_case_is_linked_to_its_request(staff, elsewhere, cleaning):
    request = request_for((cleaning, CommuneFactory(name="Azay-le-Ferron")))
    page = staff.get(reverse("intake_requests:edit", args=[request.pk])).content.decode()
    assert reverse("intake_unmet:edit", args=[UnmetCase.objects.get().pk]) in page
