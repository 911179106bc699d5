"""Communes, services and structures found while a call is typed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from intake.requests.reasons import UnmetReason
from tests.factories import CommuneFactory
from tests.intake.console.pages import page

pytestmark = pytest.mark.django_db


class TestFinding:
    def found(self, operator, **fields) -> str:
        return operator.post(reverse("calls:found"), page(only="0", **fields)).content.decode()

    def test_while_typing(self, operator, structures):
        text = self.found(operator, n0_commune_text="méz", n0_service_text="mén")
        assert "Mézières-en-Brenne" in text
        assert "5 structures" in text
        assert structures[0].name in text
        assert "checked" not in text.split("console-rows")[1], "nothing is ticked before it is given"

    def test_the_first_are_ticked_by_one_key(self, operator, structures):
        text = self.found(operator, n0_commune_text="méz", n0_service_text="mén", do="give:0")
        assert text.split("console-rows")[1].count(" checked") == 3

    def test_ticks_are_kept_for_the_same_place_only(self, operator, structures, place, cleaning):
        given = [str(structures[3].pk)]
        pair = f"{place.pk}:{cleaning.pk}"
        fields = {"n0_commune_text": "méz", "n0_service_text": "mén", "n0_given": given}
        assert self.found(operator, n0_pair=pair, **fields).split("console-rows")[1].count(" checked") == 1
        assert self.found(operator, n0_pair="9:9", **fields).split("console-rows")[1].count(" checked") == 0

    def test_nobody_comes_and_why(self, operator, structures):
        CommuneFactory(name="Azay-le-Ferron")
        text = self.found(operator, n0_commune_text="azay", n0_service_text="ménage")
        assert str(UnmetReason.OUTSIDE_COVERAGE.label) in text
        assert structures[0].name in text, "those who may help"
        assert f'value="{UnmetReason.OUTSIDE_COVERAGE}" selected' in text

    def test_another_meaning_is_picked(self, operator):
        first, second = CommuneFactory(name="Saint-Aigny"), CommuneFactory(name="Saint-Gaultier")
        text = self.found(operator, n0_commune_text="saint", n0_commune=str(second.pk))
        assert f'id="n0-commune-{second.pk}" value="{second.pk}" checked' in text
        assert f'value="{first.pk}" checked' not in text

    @pytest.mark.parametrize("typed", ["", "x", "é" * 5_000, "<script>", "\x00", "%", "'; --"])
    def test_whatever_is_typed(self, operator, structures, typed):
        text = self.found(operator, n0_commune_text=typed, n0_service_text=typed)
        assert "<script>" not in text

    @pytest.mark.parametrize("only", ["", "x", "-1", "99999"])
    def test_a_need_that_is_none(self, operator, only):
        assert operator.post(reverse("calls:found"), page() | {"only": only}).status_code == 400
