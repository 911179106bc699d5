"""A call being typed is kept: resumed, sent once, erased."""

from __future__ import annotations

import datetime
import time
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from intake.console import drafts
from intake.models import CallDraft, Need, ServiceRequest
from tests.factories import UserFactory
from tests.intake.console.pages import NEW, page

pytestmark = pytest.mark.django_db


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
