"""A running year: month by month as they close, never twice, never small, and unchanged within their year."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from wagtail.models import Site

from intake.models import ObservatoryPage, PublishedMonths, PublishedYear, ServiceRequest
from intake.observatory import closing, months, published, running
from intake.observatory.months import Span, close_months, gathered
from intake.requests.reasons import Channel

pytestmark = pytest.mark.django_db
YEAR = 2031
# A year in which some months are small: told with those that follow.
ASKED = {1: 12, 2: 2, 3: 1, 4: 6, 5: 0, 6: 9, 7: 8, 8: 3, 9: 4, 10: 7, 11: 3, 12: 6}


def at(month: int, day: int = 3, year: int = YEAR) -> datetime.datetime:
    return datetime.datetime(year, month, day, 9, tzinfo=datetime.UTC)


def ask(month: int, count: int, entered: datetime.datetime | None = None) -> None:
    moment = entered or at(month)
    rows = ServiceRequest.objects.bulk_create(
        ServiceRequest(
            reference=f"M{month:02d}{number}{moment:%m%d}",
            channel=Channel.PHONE,
            received_at=at(month),
            status="waiting",
        )
        for number in range(count)
    )
    ServiceRequest.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=moment)


@pytest.fixture
def log() -> None:
    for month, count in ASKED.items():
        ask(month, count)


def told(year: int = YEAR) -> list[tuple[str, int]]:
    return [(span.key, span.contacts) for span in months.spans(year)]


@pytest.mark.parametrize(
    ("counts", "spans"),
    [
        ([], []),
        ([3], []),
        ([5], [Span(1, 1, 5)]),
        ([0, 0, 7], [Span(1, 3, 7)]),
        ([4, 1, 9, 2], [Span(1, 2, 5), Span(3, 3, 9)]),
    ],
)
def test_small_months_go_with_those_that_follow(counts, spans):
    assert gathered(enumerate(counts, 1), 5) == spans


def test_the_calendar_of_a_year(log):
    """On the 20th of each month: what is told so far."""
    so_far = {}
    for month in range(1, 13):
        close_months(at(month, 20))
        so_far[month] = told()
    assert so_far[2] == []  # January is closed, and kept until others follow it
    assert so_far[5] == [("01", 12)]
    assert so_far[7] == [("01", 12), ("02-04", 9)]
    assert so_far[8] == [("01", 12), ("02-04", 9), ("05-06", 9)]
    assert so_far[12] == [("01", 12), ("02-04", 9), ("05-06", 9), ("07", 8), ("08-09", 7)]
    assert close_months(at(12, 20)) == []


def test_a_month_waits_for_what_is_entered_late(log):
    ask(2, 1, entered=at(7, 19))  # a note on paper, found in July
    close_months(at(7, 20))
    assert told() == []
    close_months(at(8, 20))
    assert told()[1] == ("02-04", 10)


def test_within_its_year_nothing_that_was_told_changes(log):
    close_months(at(12, 20))
    kept = told()
    ask(1, 2, entered=at(12, 22))
    assert closing.publish(YEAR, timezone.now())
    rows = published.edition(YEAR).table("months").rows
    assert [(row.key, row.value) for row in rows] == [*kept, ("10-12", sum(ASKED.values()) + 2 - 45)]
    assert rows[1].label == "février à avril" and rows[0].label == "janvier"
    assert close_months(at(12, 31)) == []
    with pytest.raises(Exception, match="ne change jamais"):
        PublishedMonths.objects.first().save()


def test_a_rest_too_small_to_be_told_hides_the_total(log):
    close_months(at(12, 20))
    # All but three of the last months turn out to be no requests.
    late = ServiceRequest.objects.filter(received_at__gte=at(10, 1)).values("pk")[3:]
    ServiceRequest.objects.filter(pk__in=list(late.values_list("pk", flat=True))).update(
        status="set_aside", set_aside_reason="duplicate", closed_at=at(12, 21)
    )
    assert closing.publish(YEAR, timezone.now())
    content = PublishedYear.objects.get().content
    assert content["totals"]["contacts"] is None
    assert not any(value for _key, value, _parent in content["tables"]["months"])
    assert not any(value for _key, value, _parent in content["tables"]["channels"])


def test_a_year_that_was_closed_at_once_has_all_its_months(log):
    assert closing.publish(YEAR, timezone.now())
    assert len(published.edition(YEAR).table("months").rows) == 12
    assert close_months(at(12, 31)) == []


class TestPage:
    @pytest.fixture
    def page(self, log, commit):
        root = Site.objects.get(is_default_site=True).root_page
        root.add_child(instance=ObservatoryPage(title="Observatoire", slug="observatoire"))
        close_months(at(8, 20))
        commit()

    def said(self, client, address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200
        return " ".join(response.content.decode().replace("\xa0", " ").split())

    def test_says_the_months_and_nothing_of_the_rest(self, client, page):
        words = "De janvier à juin 2031, 30 demandes ont été reçues."
        for address in ("/observatoire/", f"/observatoire/{YEAR}/"):
            said = self.said(client, address)
            assert words in said and "Février à avril" in said
            assert "juillet" not in said.lower() and "par téléphone" not in said
        assert client.get(f"/observatoire/{YEAR + 1}/").status_code == 404

    def test_a_year_that_is_whole_comes_first_and_tells_of_the_one_that_runs(self, client, page, commit):
        ServiceRequest.objects.filter(received_at__lt=at(2, 1)).update(received_at=at(2, year=YEAR - 1))
        assert closing.publish(YEAR - 1, timezone.now())
        commit()
        said = self.said(client, "/observatoire/")
        assert f"En {YEAR - 1}, 12 demandes" in said and "De janvier à juin 2031, 30 demandes" in said
        # Beside the same months of the year before, added up.
        assert [row.before for row in running.running(YEAR).table.rows] == [0, 12, 0]

    def test_the_file_holds_them(self, client, page):
        lines = client.get("/observatoire/donnees.csv").content.decode("utf-8-sig").split("\r\n")
        assert [line.split(";")[3::5][:2] for line in lines[1:-1]] == [
            ["01", "12"],
            ["02-04", "9"],
            ["05-06", "9"],
        ]
