"""A partner changes its listing, the park answers: what the public sees, who is told, and who comes second."""

from __future__ import annotations

import datetime

import pytest
from django.core.management import call_command
from django.urls import reverse

from intake.models import OutboxMessage
from portal.roles import PARTNERS, STAFF, role_name
from providers import moderation
from providers.differences import content_of, differences
from providers.models import ListingLogEntry, ListingSubmission, Manager, Offer, Operations, Provider
from tests.factories import ProviderFactory, ServiceFactory, UserFactory, offer
from tests.intake.apart import base_for_others, run_apart
from tests.providers.listing_forms import edit_url, form

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_user():
    return UserFactory(groups=[role_name(STAFF)], email="parc@test.example")


@pytest.fixture
def manager(listing):
    user = UserFactory(groups=[role_name(PARTNERS)], email="structure@test.example")
    Manager.objects.create(provider=listing, user=user)
    return user


@pytest.fixture
def partner(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def staff(staff_user):
    from django.test import Client

    client = Client()
    client.force_login(staff_user)
    return client


def send(client, listing, towns, services, **changes):
    response = client.post(
        edit_url(listing), form(listing, towns, services, **changes) | {"action-propose": "1"}
    )
    assert response.status_code == 302, [
        *[str(message) for message in response.context["messages"]],
        response.context["form"].errors,
        response.context["form"].formsets["offers"].errors,
    ]
    return ListingSubmission.objects.filter(provider=listing).first()


def public_page(client, listing):
    return client.get(Provider.objects.get(pk=listing.pk).get_absolute_url()).content.decode()


def answer(client, submission, how, **data):
    return client.post(reverse(f"submissions:{how}", args=[submission.pk]), data, follow=True)


def mails_to(address):
    return list(OutboxMessage.objects.filter(to=address, kind="listing").order_by("pk"))


def test_the_public_sees_a_change_when_the_park_approves_and_not_before(
    partner, staff, listing, towns, services
):
    submission = send(partner, listing, towns[2:], services[1:], name="Après")
    assert submission.is_waiting
    assert "Après" not in public_page(partner, listing)
    (told,) = mails_to("parc@test.example")
    assert "Avant" in told.text or "Après" in told.text
    page = staff.get(reverse("submissions:show", args=[submission.pk])).content.decode()
    for words in ("Avant", "Après", "Bélâbre", "Mézières-en-Brenne", "Jardin", "Ménage"):
        assert words in page
    answer(staff, submission, "approve")
    assert "Après" in public_page(partner, listing)
    assert [row.service.name for row in Offer.objects.filter(provider=listing)] == ["Jardin"]
    assert len(mails_to("structure@test.example")) == 1


def test_a_partner_publishes_nothing_by_itself(partner, listing, towns, services):
    partner.post(edit_url(listing), form(listing, towns, services, name="Après") | {"action-publish": "1"})
    assert Provider.objects.get(pk=listing.pk).name == "Avant"
    # The address on the site is the park's to change.
    send(partner, listing, towns, services, slug="autre-adresse", description="Nouveau")
    moderation.approve(ListingSubmission.objects.get().pk, UserFactory(admin=True))
    assert Provider.objects.get(pk=listing.pk).slug == listing.slug


def test_a_trusted_structure_publishes_at_once(partner, listing, towns, services):
    Operations.objects.filter(pk=listing.pk).update(trusted=True)
    assert send(partner, listing, towns, services, name="Après") is None
    assert "Après" in public_page(partner, listing)


def test_sent_back_with_words_the_draft_is_kept(partner, staff, listing, towns, services):
    submission = send(partner, listing, towns, services, name="Après")
    assert "Dites quoi" in answer(staff, submission, "send_back", comment=" ").content.decode()
    assert ListingSubmission.objects.get().is_waiting
    answer(staff, submission, "send_back", comment="Le nom de vos statuts, s’il vous plaît.")
    assert "Après" not in public_page(partner, listing)
    assert "Le nom de vos statuts" in partner.get(reverse("wagtailadmin_home")).content.decode()
    page = partner.get(edit_url(listing)).content.decode()
    assert "Le nom de vos statuts" in page and "Après" in page
    assert "Le nom de vos statuts" in mails_to("structure@test.example")[0].text


def test_staff_approve_an_older_change_after_a_newer_one_was_sent(partner, staff, listing, towns, services):
    old = send(partner, listing, towns, services, name="Première")
    new = send(partner, listing, towns, services, name="Deuxième")
    old.refresh_from_db()
    assert old.state == "superseded"
    page = answer(staff, old, "approve").content.decode()
    assert "Deuxième" in page
    assert "Avant" in public_page(partner, listing)
    answer(staff, new, "approve")
    assert "Deuxième" in public_page(partner, listing)


def test_staff_approve_what_was_taken_back(partner, staff, listing, towns, services):
    submission = send(partner, listing, towns, services, name="Après")
    answer(partner, submission, "withdraw")
    assert len(mails_to("parc@test.example")) == 2
    answer(staff, submission, "approve")
    assert "Après" not in public_page(partner, listing)
    assert ListingSubmission.objects.get().state == "withdrawn"
    # The draft is not lost.
    assert Provider.objects.get(pk=listing.pk).get_latest_revision_as_object().name == "Après"


def test_what_waits_is_approved_as_it_was_sent_whatever_is_typed_since(
    partner, staff, listing, towns, services
):
    submission = send(partner, listing, towns, services, name="Envoyée")
    partner.post(
        edit_url(listing),
        form(listing, towns, services, name="Brouillon") | {"overwrite_revision_id": submission.revision_id},
    )
    answer(staff, submission, "approve")
    assert "Envoyée" in public_page(partner, listing)
    saved = Provider.objects.get(pk=listing.pk)
    assert saved.get_latest_revision_as_object().name == "Brouillon"
    assert saved.has_unpublished_changes


def test_approving_never_undoes_what_was_published_since(partner, staff, listing, towns, services):
    submission = send(partner, listing, towns, services, name="Après")
    live = Provider.objects.get(pk=listing.pk)
    live.description = "Par le recensement"
    live.save_revision().publish()
    answer(staff, submission, "approve")
    assert Provider.objects.get(pk=listing.pk).description == "Par le recensement"
    assert ListingSubmission.objects.get().is_waiting


def test_staff_amend_and_publish_and_the_structure_is_told(partner, staff, listing, towns, services):
    send(partner, listing, towns, services, name="Après")
    staff.post(edit_url(listing), form(listing, towns, services, name="Corrigée") | {"action-publish": "1"})
    row = ListingSubmission.objects.get()
    assert row.state == "approved"
    assert row.was_amended
    assert "Corrigée" in public_page(partner, listing)
    assert "modifi" in mails_to("structure@test.example")[0].text


def test_two_managers_at_once_the_second_is_told(partner, listing, manager, towns, services):
    opened = partner.get(edit_url(listing))
    loaded = {
        "loaded_revision_id": listing.latest_revision_id,
        "loaded_revision_created_at": opened.context["loaded_revision_created_at"],
    }
    partner.post(edit_url(listing), form(listing, towns, services, name="La première") | loaded)
    late = partner.post(
        edit_url(listing),
        form(listing, towns, services, name="La seconde") | loaded | {"action-propose": "1"},
    )
    assert late.status_code == 200
    assert "La seconde" in late.content.decode()
    assert "Rien n’a été écrasé" in late.content.decode()
    assert Provider.objects.get(pk=listing.pk).get_latest_revision_as_object().name == "La première"


def test_bad_input_is_refused_with_words(partner, listing, towns, services):
    def errors(**changes):
        data = form(listing, changes.pop("towns", towns), services, **changes) | {"action-propose": "1"}
        response = partner.post(edit_url(listing), data)
        assert response.status_code == 200
        return response.context["form"].errors

    assert "covers_territory" in errors(towns=[])
    assert "website" in errors(website="javascript:alert(1)")
    other = ProviderFactory(name="Autre", siret="73282932000074")
    assert "siret" in errors(siret="73282932000074")
    other.siret = "44306184100047"
    other.save_revision()
    refused = errors(siret="443 061 841 00047")
    assert "siret" in refused
    assert "Autre" not in str(refused)
    assert not ListingSubmission.objects.exists()


def test_nothing_is_sent_when_nothing_differs(partner, listing, towns, services):
    unchanged = form(listing, towns[:2], services[:1])
    unchanged["offers-1-legal_title"] = "declaration"
    response = partner.post(edit_url(listing), unchanged | {"action-propose": "1"}, follow=True)
    assert response.status_code == 200
    assert not ListingSubmission.objects.exists()


def test_dates_are_compared_as_they_are_stored(services, manager):
    priced = offer(services[0], price_text="23 €", price_checked_on=datetime.date(2026, 10, 1))
    provider = ProviderFactory(everywhere=True, offers=[priced])
    provider.save_revision().publish()
    saved = Provider.objects.get(pk=provider.pk)
    assert moderation.submit(saved.pk, saved.save_revision(), manager) == moderation.Sent.UNCHANGED
    row = saved.offers.get()
    row.price_checked_on = datetime.date(2026, 11, 2)
    saved.offers = [row]
    assert moderation.submit(saved.pk, saved.save_revision(), manager) == moderation.Sent.WAITING
    (change,) = moderation.changes(ListingSubmission.objects.get(provider=saved))
    assert "1er octobre 2026" in change.before
    assert "2 novembre 2026" in change.after


def test_words_that_are_code_stay_words(partner, staff, listing, towns, services):
    submission = send(
        partner, listing, towns, services, description='<img src=x onerror="alert(1)"><script>x</script>'
    )
    page = staff.get(reverse("submissions:show", args=[submission.pk])).content.decode()
    assert "<img src=x" not in page
    answer(staff, submission, "approve")
    assert "<img src=x" not in public_page(partner, listing)


def test_the_history_says_from_what_to_what_and_outlives_its_author(
    partner, manager, staff, listing, towns, services
):
    send(partner, listing, towns, services, name="Après")
    manager.delete()
    url = reverse("wagtailsnippets_providers_provider:history", args=[listing.pk])
    page = staff.get(url).content.decode()
    assert "Avant" in page and "Après" in page
    assert ListingLogEntry.objects.filter(action="providers.submit", user_id__isnull=False).exists()


def test_a_removed_manager_s_open_session_is_refused_on_the_next_click(partner, listing, towns, services):
    submission = send(partner, listing, towns, services, name="Après")
    assert partner.get(edit_url(listing)).status_code == 200
    Manager.objects.all().delete()
    for url in (
        edit_url(listing),
        reverse("wagtailsnippets_providers_provider:history", args=[listing.pk]),
        reverse("wagtailsnippets_providers_provider:list"),
        reverse("submissions:show", args=[submission.pk]),
        reverse("operations:edit", args=[listing.pk]),
    ):
        assert partner.get(url).status_code in (302, 403)
    partner.post(
        edit_url(listing), form(listing, towns, services, name="Trop tard") | {"action-propose": "1"}
    )
    assert ListingSubmission.objects.get().revision_id == submission.revision_id


def test_a_structure_deleted_while_it_is_edited(partner, listing, towns, services):
    send(partner, listing, towns, services, name="Après")
    data = form(listing, towns, services)
    Provider.objects.filter(pk=listing.pk).delete()
    assert partner.post(edit_url(listing), data).status_code in (302, 403, 404)
    assert not ListingSubmission.objects.exists()


def test_tidying_old_revisions_keeps_what_was_sent(partner, listing, towns, services):
    submission = send(partner, listing, towns, services, name="Après")
    Provider.objects.get(pk=listing.pk).save_revision()
    call_command("purge_revisions", verbosity=0)
    submission.refresh_from_db()
    assert submission.revision.content["name"] == "Après"


def test_differences_say_what_is_gone(listing, services):
    before = content_of(listing)
    after = before | {"base_commune": 999_999, "offers": [], "phone": ""}
    said = {row.label: (row.before, row.after) for row in differences(before, after)}
    assert said["Commune du siège" if "Commune du siège" in said else list(said)[-2]]
    assert any(after == "" and "Ménage" in label for label, (_before, after) in said.items())
    assert differences(before, before) == []


AT_ONCE = """
from django.db import transaction
from providers import moderation
from providers.models import ListingSubmission, Manager, Provider
from wagtail.models import Revision
manager = Manager.objects.get().user
start, outcomes = threading.Barrier(2), {}

def approve():
    moderation.approve(given["submission"], None)

def withdraw():
    moderation.withdraw(given["submission"], manager)

def amend():
    with transaction.atomic():  # as the form does
        saved = moderation.lock(given["provider"])
        saved.name = "Deuxième"
        moderation.submit(saved.pk, saved.save_revision(user=manager), manager)

def run(act):
    start.wait()
    try:
        act()
        outcomes[act.__name__] = "done"
    except moderation.NoLongerWaiting as late:
        outcomes[act.__name__] = late.submission.state
    finally:
        connections.close_all()

threads = [threading.Thread(target=run, args=[act]) for act in (approve, globals()[given["other"]])]
for thread in threads: thread.start()
for thread in threads: thread.join(60)
public = Provider.objects.get(pk=given["provider"])
newer = moderation.waiting_for(public.pk)
print(json.dumps({
    "outcomes": outcomes,
    "state": ListingSubmission.objects.get(pk=given["submission"]).state,
    "public": public.name,
    "draft": public.get_latest_revision_as_object().name,
    "waits": newer and newer.revision.content["name"],
}))
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["withdraw", "amend"])
def test_the_structure_acts_at_the_very_moment_when_the_park_approves(tmp_path, other):
    provider = ProviderFactory(name="Avant", everywhere=True, offers=[ServiceFactory(name="Ménage")])
    provider.save_revision().publish()
    manager = UserFactory()
    Manager.objects.create(provider=provider, user=manager)
    saved = Provider.objects.get(pk=provider.pk)
    saved.name = "Première"
    moderation.submit(saved.pk, saved.save_revision(user=manager), manager)
    submission = ListingSubmission.objects.get()
    seen = run_apart(
        AT_ONCE, base_for_others(tmp_path), submission=submission.pk, provider=provider.pk, other=other
    )
    came_first = seen["outcomes"]["approve"] == "done"
    assert seen["public"] == ("Première" if came_first else "Avant")
    if other == "withdraw":
        # One of the two, whole; the other one is told which.
        assert seen["state"] == ("approved" if came_first else "withdrawn")
        assert seen["outcomes"]["withdraw"] == ("approved" if came_first else "done")
        assert seen["draft"] == "Première"
    else:
        assert seen["state"] == ("approved" if came_first else "superseded")
        assert seen["waits"] == seen["draft"] == "Deuxième"
