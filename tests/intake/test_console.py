"""The operator's console without a browser: finding, saving, drafts, faults; and who may open it."""

from __future__ import annotations

import datetime
import time
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from intake.console import drafts
from intake.models import CallDraft, Need, Referral, ServiceRequest, Voicemail
from intake.requests.reasons import Channel, UnmetReason
from intake.requests.states import ContactOutcome, NeedStatus
from intake.views.console import CallsViewSet
from intake.views.voicemail import VoicemailViewSet
from providers.models import Commune
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db
NEW = "/admin/calls/"


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage", synonyms="repassage\nfaire le ménage")


@pytest.fixture
def structures(place, cleaning):
    return [
        ProviderFactory(name=f"Les Roseaux {number}", base_commune=place, communes=[place], offers=[cleaning])
        for number in range(5)
    ]


@pytest.fixture
def odile():
    return UserFactory(groups=["Opérateurs"], first_name="Odile")


@pytest.fixture
def operator(client, odile):
    client.force_login(odile)
    return client


def page(**fields) -> dict:
    """What the page sends: ``n0_commune_text`` stands for ``n0-commune_text``."""
    sent = {
        "key": str(uuid.uuid4()),
        "opened": str(int((time.time() - 90) * 1000)),
        "tab": "one",
        "need": ["0"],
        "do": "save",
    }
    for name, value in fields.items():
        number, _under, rest = name.partition("_")
        sent[f"{number}-{rest}" if number[1:].isdigit() and number[0] == "n" else name] = value
    return sent


def known(place: Commune, cleaning, *given, **fields) -> dict:
    return page(
        n0_commune_text="méz",
        n0_service_text="mén",
        n0_pair=f"{place.pk}:{cleaning.pk}",
        n0_given=[str(one.pk) for one in given],
        **fields,
    )


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


class TestDrafts:
    def test_kept_while_typing_and_resumed(self, operator, structures):
        sent = page(n0_commune_text="méz", name="Odile")
        assert operator.post(reverse("calls:draft"), sent).status_code == 200
        draft = CallDraft.objects.get()
        assert str(draft.key) == sent["key"]
        assert f"?draft={draft.key}" in operator.get(NEW).content.decode()
        text = operator.get(f"{NEW}?draft={draft.key}").content.decode()
        assert 'value="méz"' in text
        assert 'value="Odile"' in text

    def test_many_cost_no_more(self, operator, structures, commit, django_assert_max_num_queries):
        for number in range(5):
            operator.post(
                reverse("calls:draft"),
                page(n0_commune_text="méz", n0_service_text="mén", phone=f"026191007{number}"),
            )
        commit()
        operator.get(NEW)
        with django_assert_max_num_queries(20):
            text = operator.get(NEW).content.decode()
        assert "méz, mén, 0261910074" in text

    def test_an_empty_page_keeps_none(self, operator):
        operator.post(reverse("calls:draft"), page(channel="phone", way="read_out"))
        assert not CallDraft.objects.exists()

    def test_gone_once_saved_and_not_back(self, operator):
        sent = page(n0_words="tonte")
        operator.post(reverse("calls:draft"), sent)
        operator.post(NEW, sent)
        assert not CallDraft.objects.exists()
        # The other window goes on keeping.
        text = operator.post(reverse("calls:draft"), sent).content.decode()
        assert str(ServiceRequest.objects.get()) in text
        assert not CallDraft.objects.exists()

    def test_sent_twice_makes_one_request(self, operator):
        sent = page(n0_words="tonte")
        assert [operator.post(NEW, sent).status_code for _ in range(2)] == [302, 302]
        assert ServiceRequest.objects.count() == 1

    def test_two_windows_of_the_same_call(self, operator):
        first = page(n0_words="tonte", tab="one")
        operator.post(reverse("calls:draft"), first)
        opened = str(int(time.time() * 1000) + 5)
        time.sleep(0.02)
        second = first | {"tab": "two", "opened": opened, "n0-words": "tonte et haie"}
        operator.post(reverse("calls:draft"), second)
        assert CallDraft.objects.get().answers["fields"]["n0-words"] == ["tonte et haie"]
        # The first is behind: told, and overwrites nothing.
        text = operator.post(reverse("calls:draft"), first).content.decode()
        assert "console-error" in text
        assert CallDraft.objects.get().answers["fields"]["n0-words"] == ["tonte et haie"]
        operator.post(NEW, second)
        answer = operator.post(NEW, first)
        assert answer.status_code == 422
        assert Need.objects.get().words == "tonte et haie"
        assert 'value="amend"' in answer.content.decode()
        operator.post(NEW, first | {"do": "amend"})
        assert Need.objects.get().words == "tonte"
        assert ServiceRequest.objects.count() == 1

    def test_of_another_operator(self, operator):
        other = UserFactory(groups=["Opérateurs"])
        draft = CallDraft.objects.create(
            user=other, started_at=timezone.now(), answers={"fields": {"name": ["Secret"], "need": ["0"]}}
        )
        assert "Secret" not in operator.get(f"{NEW}?draft={draft.key}").content.decode()
        operator.post(reverse("calls:draft"), page(n0_words="x") | {"key": str(draft.key)})
        operator.post(reverse("calls:discard", args=[draft.key]))
        draft.refresh_from_db()
        assert draft.answers["fields"]["name"] == ["Secret"]

    def test_erased_by_hand_and_within_a_day(self, operator):
        sent = page(n0_words="tonte")
        operator.post(reverse("calls:draft"), sent)
        operator.post(reverse("calls:discard", args=[sent["key"]]))
        assert not CallDraft.objects.exists()
        operator.post(reverse("calls:draft"), sent)
        assert drafts.erase_old_drafts() == 0
        assert drafts.erase_old_drafts(timezone.now() + datetime.timedelta(hours=25)) == 1

    def test_time_spent_leaves_out_a_page_left_open(self, odile):
        key, start = uuid.uuid4(), timezone.now() - datetime.timedelta(hours=2)

        def keep(minutes: float):
            at = start + datetime.timedelta(minutes=minutes)
            drafts.save_draft(key, odile, {"n0-words": ["x"]}, "one", start, at)
            CallDraft.objects.filter(key=key).update(updated_at=at)

        keep(2)  # two minutes of talk
        keep(62)  # an hour at lunch
        keep(65)
        assert drafts.duration(key, start, start + datetime.timedelta(minutes=66)) == 6 * 60

    def test_the_operator_corrects_the_duration(self, operator):
        operator.post(NEW, page(n0_words="x", minutes="12"))
        assert ServiceRequest.objects.get().duration == 720


class TestEarlier:
    def test_earlier_contacts_of_the_number(self, operator, structures, place, cleaning):
        request = request_for((cleaning, place), phone="02 61 91 00 77", name="Odile Martin")
        text = operator.post(reverse("calls:earlier"), {"phone": "0261910077"}).content.decode()
        assert "Odile Martin" in text
        assert str(request) in text
        assert request.get_status_display() in text
        assert (
            "Odile" not in operator.post(reverse("calls:earlier"), {"phone": "0261910078"}).content.decode()
        )

    @pytest.mark.parametrize("typed", ["", "02", "nonsense", "+" * 1_000])
    def test_what_is_no_number_yet(self, operator, typed):
        assert operator.post(reverse("calls:earlier"), {"phone": typed}).status_code == 200

    def test_not_for_those_who_may_not_see_people(self, client, structures, place, cleaning):
        from django.contrib.auth.models import Permission

        request_for((cleaning, place), phone="02 61 91 00 77", name="Odile Martin")
        user = UserFactory()
        for codename in ("access_admin", "change_servicerequest"):
            user.user_permissions.add(Permission.objects.get(codename=codename))
        client.force_login(user)
        assert "Odile" not in client.post(reverse("calls:earlier"), {"phone": "0261910077"}).content.decode()


class TestMessages:
    def test_the_answer_becomes_the_request(self, operator):
        received = timezone.now() - datetime.timedelta(hours=3)
        voicemail = Voicemail.objects.create(received_at=received, phone="+33261910077", words="tonte")
        text = operator.get(f"{NEW}?voicemail={voicemail.pk}").content.decode()
        assert "tonte" in text
        sent = page(voicemail=str(voicemail.pk), phone="0261910077", n0_words="tonte")
        operator.post(NEW, sent)
        request = ServiceRequest.objects.get()
        voicemail.refresh_from_db()
        assert (request.channel, request.received_at) == (Channel.VOICEMAIL, received)
        assert (voicemail.request, voicemail.state) == (request, Voicemail.State.CALLED_BACK)

    def test_dealt_with_by_another_meanwhile(self, operator):
        voicemail = Voicemail.objects.create(received_at=timezone.now(), words="tonte")
        operator.post(NEW, page(voicemail=str(voicemail.pk), n0_words="tonte"))
        answer = operator.post(NEW, page(voicemail=str(voicemail.pk), n0_words="tonte et haie"))
        assert answer.status_code == 422
        assert "tonte et haie" in answer.content.decode()
        assert ServiceRequest.objects.count() == 1

    def test_opened_again_it_goes_on_with_what_was_typed(self, operator):
        voicemail = Voicemail.objects.create(received_at=timezone.now(), words="tonte")
        operator.post(reverse("calls:draft"), page(voicemail=str(voicemail.pk), n0_words="tonte et haie"))
        assert "tonte et haie" in operator.get(f"{NEW}?voicemail={voicemail.pk}").content.decode()


class TestWhoMay:
    def addresses(self) -> list[str]:
        found = []
        for viewset in (CallsViewSet(), VoicemailViewSet()):
            for pattern in viewset.get_urlpatterns():
                arguments = {"pk": 1, "key": uuid.uuid4()}
                wanted = pattern.pattern.converters
                found.append(
                    reverse(
                        f"{viewset.name}:{pattern.name}", kwargs={name: arguments[name] for name in wanted}
                    )
                )
        return found

    @pytest.mark.parametrize("group", ["Partenaires", "Institutions"])
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_partners_and_institutions_reach_nothing(self, client, group, method):
        Voicemail.objects.create(pk=1, received_at=timezone.now(), words="Secret")
        client.force_login(UserFactory(groups=[group]))
        addresses = self.addresses()
        assert len(addresses) == 14
        for address in addresses:
            answer = getattr(client, method)(address, {"do": "save", "n0-words": "x", "need": "0"})
            assert answer.status_code in (302, 403), address
            assert answer.status_code == 403 or answer["Location"] == reverse("wagtailadmin_home"), address
        assert not ServiceRequest.objects.exists()
        assert Voicemail.objects.get().state == Voicemail.State.WAITING

    def test_nobody_without_signing_in(self):
        for address in self.addresses():
            assert "/login/" in Client().get(address)["Location"]

    @pytest.mark.parametrize(
        ("group", "seen"),
        [("Opérateurs", True), ("Équipe du parc", True), ("Partenaires", False), ("Institutions", False)],
    )
    def test_the_home(self, client, group, seen, django_assert_max_num_queries):
        client.force_login(UserFactory(groups=[group]))
        text = client.get(reverse("wagtailadmin_home")).content.decode()
        assert ('class="requests-tiles"' in text) == seen
        assert ('href="/admin/calls/"' in text) == seen


def test_the_panel_counts_in_seven_queries(structures, place, cleaning, django_assert_num_queries):
    from intake.console.overview import overview

    azay = CommuneFactory(name="Azay-le-Ferron")
    request_for((cleaning, place), (cleaning, azay))
    request_for((None, None), channel=Channel.WEB)
    Voicemail.objects.create(received_at=timezone.now())
    with django_assert_num_queries(7):
        seen = overview()
    assert (seen.to_call_back, seen.from_the_web, seen.follow_ups, seen.unmet) == (1, 1, 0, 1)
    assert (seen.contacts, seen.needs, seen.directed, seen.unmet_today) == (2, 3, 1, 1)
