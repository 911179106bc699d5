"""The evaluation: counted in the log, divided to the cent, published with care."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import Page, Site

from intake.evaluation.costs import Costs, per_unit, total
from intake.models import BudgetLine, EvaluationIndexPage, EvaluationPage, Funder
from intake.observatory.closing import publish
from intake.observatory.published import edition as edition_of
from intake.requests.entry import NeedEntry
from intake.requests.reasons import Channel
from intake.suppression import HIDDEN
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def index() -> EvaluationIndexPage:
    root = Site.objects.get(is_default_site=True).root_page
    return root.add_child(instance=EvaluationIndexPage(title="Bilans", slug="bilans"))


@pytest.fixture
def calls():
    """In 2009, 132 calls, all directed but the six that ask for what nobody offers, when *unmet*."""
    place = CommuneFactory(name="Mézières-en-Brenne")
    cleaning, gliding = ServiceFactory(name="Ménage"), ServiceFactory(name="Vol à voile")
    ProviderFactory(communes=[place], offers=[cleaning])

    def make(count: int, unmet: int = 0, channel: Channel = Channel.PHONE) -> None:
        at = datetime.datetime(2009, 3, 2, 9, tzinfo=datetime.UTC)
        for number in range(count):
            service = gliding if number < unmet else cleaning
            request_for(NeedEntry(service, place), channel=channel, received_at=at)

    return make


def evaluation(index: EvaluationIndexPage, year: int = 2009, lines: bool = True, **fields) -> EvaluationPage:
    page = EvaluationPage(
        title=f"Bilan {year}",
        slug=str(year),
        first_day=datetime.date(year, 1, 1),
        last_day=datetime.date(year, 12, 31),
        **fields,
    )
    if lines:
        page.budget_lines = [
            BudgetLine(kind=BudgetLine.Kind.RUNNING, item="Fonctionnement", amount=Decimal(17251)),
            BudgetLine(kind=BudgetLine.Kind.COMMUNICATION, item="Communication", amount=Decimal(3456)),
        ]
        page.funders = [Funder(name="Leader")]
    return index.add_child(instance=page)


def text_of(client, page: Page) -> str:
    html = client.get(page.url).content.decode()
    return " ".join(html.replace("\u202f", " ").replace("\xa0", " ").split())


class TestSums:
    def test_to_the_cent(self):
        assert per_unit(Decimal(17251), 132) == Decimal("130.69")
        assert per_unit(Decimal(17251 + 3456), 132) == Decimal("156.87")

    def test_nothing_is_worked_out_from_a_blank(self):
        assert total([Decimal(1), None]) is None and total([]) is None
        assert per_unit(None, 3) is None and per_unit(Decimal(1), 0) is None
        costs = Costs.of([BudgetLine(kind="running", amount=None), BudgetLine(kind="running", amount=1)])
        assert (costs.running, costs.communication, costs.whole) == (None, None, None)


def close(*years: int) -> None:
    """Publish these years, as the nightly duty does once they are closed."""
    for year in years:
        assert publish(year, timezone.now())


class TestPage:
    def test_2009(self, client, index, calls):
        calls(132)
        close(2009)
        text = text_of(client, evaluation(index))
        assert "<b>132</b>" in text and "130,69 €" in text and "156,87 €" in text
        assert "17 251 €" in text and "3 456 €" in text and "20 707 €" in text
        assert "<li>Leader</li>" in text
        names = ("calls", "needs", "unmet_at_contact", "no_such_service")
        assert [edition_of(2009).value(name) for name in names] == [132, 132, 0, 0]

    def test_small_counts_are_hidden_and_cannot_be_worked_out(self, client, index, calls):
        calls(40, unmet=2)
        close(2009)
        shown = edition_of(2009)
        assert shown.value("unmet_at_contact") is HIDDEN and shown.value("no_such_service") is HIDDEN
        # 40 needs less 38 directed would give it back, and so would structures given for a need.
        assert shown.value("directed") is HIDDEN and shown.value("referrals_per_need") is None
        assert "masqué" in text_of(client, evaluation(index))

    def test_a_year_of_three_calls_costs_nothing_per_hidden_call(self, client, index, calls):
        calls(3)
        close(2009)
        text = text_of(client, evaluation(index))
        assert "masqué" in text and "<b>3</b>" not in text and "5 750" not in text

    def test_an_empty_log_and_no_budget(self, client, index):
        assert not publish(2009, timezone.now())
        assert "Aucun chiffre n’est publié pour cette période" in text_of(
            client, evaluation(index, lines=False)
        )

    def test_a_period_that_lasts_publishes_nothing(self, client, index, calls):
        page = evaluation(index, year=timezone.localdate().year)
        assert "tiles" not in text_of(client, page)

    def test_a_period_that_is_no_calendar_year_publishes_nothing(self, client, index, calls):
        calls(132)
        close(2009)
        page = evaluation(index)
        page.last_day = datetime.date(2009, 11, 30)
        page.save()
        text = text_of(client, page)
        assert "tiles" not in text and "130,69" not in text and "année civile" in text

    def test_the_evaluations_before_stand_beside(self, client, index, calls):
        calls(20)
        close(2009)
        first = evaluation(index)
        later = evaluation(index, year=2010, lines=False)
        text = text_of(client, later)
        assert first.url in text and "862,55 €" in text
        assert later.url not in text_of(client, first)

    def test_a_period_back_to_front_is_refused_next_to_the_field(self, index):
        page = EvaluationPage(
            title="X", slug="x", first_day=datetime.date(2009, 2, 1), last_day=datetime.date(2009, 1, 1)
        )
        with pytest.raises(ValidationError) as refused:
            index.add_child(instance=page)
        assert "last_day" in refused.value.message_dict

    def test_the_list(self, client, index):
        assert "Aucun bilan" in text_of(client, index)
        page = evaluation(index)
        assert page.url in text_of(client, index)
