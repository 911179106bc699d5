"""A call becomes a request: what is saved, what is refused and kept on the page, without scripts too."""

from __future__ import annotations

import pytest

from intake.models import Need, Referral, ServiceRequest
from intake.requests.reasons import Channel, UnmetReason
from intake.requests.states import ContactOutcome, NeedStatus
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.console.pages import NEW, known, page

pytestmark = pytest.mark.django_db


class TestSaving:
    def test_a_call_with_its_referrals(self, operator, odile, structures, place, cleaning):
        answer = operator.post(
            NEW, known(place, cleaning, *structures[:2], phone="02 61 91 00 77", consents="on")
        )
        assert answer.status_code == 302
        request = ServiceRequest.objects.get()
        need = request.needs.get()
        assert (request.channel, request.operator, need.service, need.commune) == (
            Channel.PHONE,
            odile,
            cleaning,
            place,
        )
        given = {row.provider_id: row.way for row in need.referrals.all()}
        assert given == {one.pk: Referral.Way.READ_OUT for one in structures[:2]}
        assert (str(request.requester.phone), request.requester.consents_to_contact) == ("+33261910077", True)
        assert 85 <= request.duration <= 100

    def test_a_structure_that_has_just_gone_from_the_list(self, operator, structures, place, cleaning):
        """It was read out: that stays said."""
        structures[1].live = False
        structures[1].save()
        operator.post(NEW, known(place, cleaning, *structures[:2]))
        assert Referral.objects.count() == 2

    def test_two_needs(self, operator, structures, place, cleaning):
        gardening = ServiceFactory(name="Jardinage")
        mower = ProviderFactory(communes=[place], base_commune=place, offers=[gardening])
        sent = known(place, cleaning, structures[0]) | {
            "need": ["0", "3"],
            "n3-commune_text": "mézières",
            "n3-service_text": "jardinage",
            "n3-pair": f"{place.pk}:{gardening.pk}",
            "n3-given": [str(mower.pk)],
        }
        operator.post(NEW, sent)
        needs = ServiceRequest.objects.get().needs.all()
        assert [need.service for need in needs] == [cleaning, gardening]
        assert all(need.contact_outcome == ContactOutcome.DIRECTED for need in needs)

    def test_nobody_found(self, operator, structures, cleaning):
        azay = CommuneFactory(name="Azay-le-Ferron")
        sent = page(
            n0_commune_text="azay",
            n0_service_text="ménage",
            n0_pair=f"{azay.pk}:{cleaning.pk}",
            n0_outcome=UnmetReason.OUTSIDE_COVERAGE,
            n0_given=[str(structures[0].pk)],
        )
        operator.post(NEW, sent)
        need = Need.objects.get()
        assert (need.contact_outcome, need.status) == (ContactOutcome.UNMET, NeedStatus.UNMET)
        assert need.unmet_cases.get().reason == UnmetReason.OUTSIDE_COVERAGE
        # Named for want of better: not counted as given.
        assert need.referrals.get().way == Referral.Way.SUGGESTED

    @pytest.mark.parametrize(
        ("outcome", "contact"),
        [
            ("out_of_scope", ContactOutcome.OUT_OF_SCOPE),
            ("later", ContactOutcome.PENDING),
            (UnmetReason.COST, ContactOutcome.UNMET),
        ],
    )
    def test_nobody_given_although_some_come(self, operator, structures, place, cleaning, outcome, contact):
        operator.post(NEW, known(place, cleaning, n0_outcome=outcome))
        assert Need.objects.get().contact_outcome == contact

    def test_another_reason_has_to_be_said(self, operator, structures, place, cleaning):
        sent = known(place, cleaning, n0_outcome=UnmetReason.OTHER)
        assert operator.post(NEW, sent).status_code == 422
        operator.post(NEW, sent | {"n0-reason_note": "chien méchant"})
        assert Need.objects.get().unmet_cases.get().reason_note == "chien méchant"

    def test_words_that_mean_no_service_yet(self, operator, place):
        operator.post(NEW, page(n0_commune_text="méz", n0_service_text="zzyzx", n0_words="à domicile"))
        need = Need.objects.get()
        assert (need.commune, need.service, need.words) == (place, None, "zzyzx\nà domicile")
        assert need.contact_outcome == ContactOutcome.PENDING

    def test_a_number_alone(self, operator):
        operator.post(NEW, page(phone="0261910077"))
        request = ServiceRequest.objects.get()
        assert (str(request.requester.phone), request.needs.count()) == ("+33261910077", 1)

    def test_a_number_that_is_none_is_told_and_kept(self, operator):
        answer = operator.post(NEW, page(phone="finit par 77"), follow=True)
        assert ServiceRequest.objects.get().requester.phone_as_typed == "finit par 77"
        assert [str(message) for message in answer.context["messages"]][1:]

    @pytest.mark.parametrize(("channel", "kept"), [("visit", "visit"), ("letter", "letter"), ("", "phone")])
    def test_other_channels(self, operator, channel, kept):
        operator.post(NEW, page(n0_words="lettre", channel=channel))
        assert ServiceRequest.objects.get().channel == kept

    def test_the_web_is_not_a_channel_of_the_console(self, operator):
        assert operator.post(NEW, page(n0_words="x", channel="web")).status_code == 422


class TestFaults:
    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"name": "x", "email": "no address"},
            {"n0_words": "x" * 10_001},
            {"n0_words": "x", "minutes": "-3"},
            {"n0_words": "x", "heard_from": "999"},
            {"n0_words": "x\x00y"},
        ],
    )
    def test_told_and_nothing_lost(self, operator, fields):
        answer = operator.post(NEW, page(**fields))
        assert answer.status_code == 422
        assert not ServiceRequest.objects.exists()
        text = answer.content.decode()
        assert 'id="errors"' in text
        for name, value in fields.items():
            if name in ("name", "email", "minutes"):
                assert f'value="{value}"' in text

    def test_neither_ticked_nor_said_why(self, operator, structures, place, cleaning):
        answer = operator.post(NEW, known(place, cleaning))
        assert answer.status_code == 422
        assert 'href="#found-0"' in answer.content.decode()

    def test_ticked_and_said_that_nobody_was_given(self, operator, structures, place, cleaning):
        sent = known(place, cleaning, structures[0], n0_outcome=UnmetReason.COST)
        assert operator.post(NEW, sent).status_code == 422

    @pytest.mark.parametrize(
        "sent",
        [
            {"key": "nonsense", "opened": "x", "need": ["x", "-1", "99999"]},
            {"opened": "9" * 30, "need": [str(number) for number in range(500)]},
            {"voicemail": "99999999999999999999", "do": "remove:77"},
            {"do": "give:x"},
            {"do": "nonsense"},
        ],
    )
    def test_a_page_that_was_tampered_with(self, operator, sent):
        assert operator.post(NEW, page() | {"do": "search"} | sent).status_code == 200

    def test_scripts_are_words(self, operator):
        sent = page(n0_words="<script>alert(1)</script>", name='"><img src=x>') | {"do": "search"}
        text = operator.post(NEW, sent).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text

    def test_the_page_for_htmx_comes_with_success(self, operator):
        assert operator.post(NEW, page(), HTTP_HX_REQUEST="true").status_code == 200
        answer = operator.post(NEW, page(n0_words="x"), HTTP_HX_REQUEST="true")
        assert (answer.status_code, answer["HX-Redirect"]) == (204, NEW)


class TestWithoutScripts:
    def test_search_then_tick_then_save(self, operator, structures, place, cleaning):
        sent = page(n0_commune_text="méz", n0_service_text="mén") | {"do": "search"}
        text = operator.post(NEW, sent).content.decode()
        assert structures[0].name in text
        text = operator.post(NEW, sent | {"do": "give:0"}).content.decode()
        assert text.split("console-rows")[1].count(" checked") >= 3

    def test_another_need_at_the_same_commune_and_away_again(self, operator, place):
        sent = page(n0_commune_text="méz", n0_words="deux choses") | {"do": "add"}
        text = operator.post(NEW, sent).content.decode()
        assert 'name="n1-commune_text" value="méz"' in text
        text = operator.post(NEW, sent | {"need": ["0", "1"], "do": "remove:1"}).content.decode()
        assert "n1-commune_text" not in text
        assert "deux choses" in text
