"""Nobody but those who handle requests reaches any of these screens."""

from __future__ import annotations

import pytest
from django.urls import reverse

from intake.hooks.log import register_viewsets
from intake.models import Campaign, FollowUp, HeardFrom, ServiceRequest, UnmetCase
from intake.viewsets.bulk import ACTIONS
from tests.intake.factories import PHONE, CampaignFactory, HeardFromFactory, request_for

pytestmark = pytest.mark.django_db
MARK = "Marquepage"


def addresses(keys):
    for viewset in register_viewsets():
        for pattern in viewset.get_urlpatterns():
            names = pattern.pattern.converters
            values = {name: keys.get(viewset.model, 1) for name in names}
            values |= {
                name: value
                for name, value in {"action": "withdraw", "target": values.get("pk")}.items()
                if name in names
            }
            yield viewset.name, reverse(viewset.get_url_name(pattern.name), kwargs=values)


@pytest.fixture
def keys(structures, place, elsewhere, cleaning):
    request = request_for((cleaning, place), (cleaning, elsewhere), phone=PHONE, name=MARK, notes=MARK)
    return {
        ServiceRequest: request.pk,
        UnmetCase: UnmetCase.objects.get().pk,
        FollowUp: FollowUp.objects.get().pk,
        Campaign: CampaignFactory().pk,
        HeardFrom: HeardFromFactory().pk,
    }


def test_outsiders_reach_none_by_get_or_post(outsider, keys):
    before = ServiceRequest.objects.values().get()
    seen = 0
    bulk = [
        (
            "bulk",
            reverse("wagtail_bulk_action", args=["intake", "servicerequest", action.action_type])
            + f"?id={keys[ServiceRequest]}",
        )
        for action in ACTIONS
    ]
    ping = reverse(
        "wagtailadmin_editing_sessions:ping", args=["intake", "servicerequest", keys[ServiceRequest], 1]
    )
    for _name, url in [*addresses(keys), *bulk, ("ping", ping)]:
        for answer in (
            outsider.get(url),
            outsider.get(url, {"export": "csv", "names": "1"}),
            outsider.post(url, {"version": before["version"], "words": MARK, "reason": "spam"}),
        ):
            assert answer.status_code in (302, 403, 404, 405), url
            if answer.status_code == 302:
                assert (
                    answer.url.startswith(("/admin/login", "/compte", "/accounts")) or answer.url == "/admin/"
                ), answer.url
            assert MARK not in answer.content.decode()
            seen += 1
    assert seen > 90
    assert ServiceRequest.objects.values().get() == before


def test_the_menu_is_for_those_who_handle_requests(outsider, operator, staff):
    url = reverse("intake_requests:index")
    home = reverse("wagtailadmin_home")
    assert url not in outsider.get(home).content.decode()
    for client, campaigns in ((operator, False), (staff, True)):
        page = client.get(home).content.decode()
        assert url in page
        assert (reverse("intake_campaigns:index") in page) == campaigns


def test_operators_do_not_touch_campaigns(operator, keys):
    for name, url in addresses(keys):
        if name in ("intake_campaigns", "intake_heard_from"):
            assert operator.get(url).status_code in (302, 403), url


def test_sources_are_kept(staff, keys):
    for name, model in (("intake_campaigns", Campaign), ("intake_heard_from", HeardFrom)):
        staff.post(reverse(f"{name}:delete", args=[keys[model]]))
        assert model.objects.filter(pk=keys[model]).exists()
        assert staff.get(reverse(f"{name}:edit", args=[keys[model]])).status_code == 200


def test_staff_without_the_right_see_nobody(as_role, keys):
    from django.contrib.auth.models import Permission

    from portal.roles import INSTITUTIONS

    client = as_role(INSTITUTIONS)
    client.user.user_permissions.add(Permission.objects.get(codename="change_servicerequest"))
    for url in (
        reverse("intake_requests:index"),
        reverse("intake_requests:edit", args=[keys[ServiceRequest]]),
        reverse("intake_followups:index"),
        reverse("intake_unmet:index"),
    ):
        answer = client.get(url)
        assert answer.status_code == 200
        assert MARK not in answer.content.decode() and "00 77" not in answer.content.decode()
    person = reverse("intake_requests:act", args=[keys[ServiceRequest], "person", keys[ServiceRequest]])
    assert client.post(person, {"version": 1}).status_code == 404
