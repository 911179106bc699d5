"""A census goes in whole or not at all, as it was shown, once."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.utils import timezone

from providers.census import analysis, application, jobs
from providers.models import CensusImport, CensusLine, Coverage, ListingLogEntry, Offer, Operations, Provider
from tests.factories import CommuneFactory, ProviderFactory, UserFactory, offer

from .sheets import lines, nobody, put_in, statuses

pytestmark = pytest.mark.django_db
Status = CensusLine.Status
HEADINGS = "Nom;Commune;Téléphone;Services;Tarif;Tarif au;Zone;Horaires;Vérifié le"
NEW = "Les Joncs|Le Blanc|0261911001|Ménage|23 €|01/09/2026|20 km|lundi 9h-12h|01/09/2026"
OTHER = "Les Iris|Rosnay|0261911002|Jardinage|||||"


@pytest.fixture
def known(towns, services):
    """A published listing with a revision, as the admin makes them."""
    provider = ProviderFactory(
        name="Le Butor",
        base_commune=towns["Le Blanc"],
        phone="+33261911009",
        communes=[towns["Le Blanc"]],
        offers=[offer(services["Portage de repas"], price_text="8 €", price_checked_on=date(2026, 9, 1))],
    )
    provider.save_revision().publish()
    provider.refresh_from_db()
    return provider


UPDATE = "Le Butor|Le Blanc|0261911009|Ménage|||||"


def everything():
    return (
        set(Provider.objects.values_list("name", "phone")),
        Offer.objects.count(),
        Coverage.objects.count(),
        set(Operations.objects.values_list("provider", "opening_hours")),
    )


class TestNew:
    def test_a_new_structure_is_as_if_staff_had_typed_it(self, census):
        user = UserFactory()
        put_in(census(HEADINGS, NEW), user)
        provider = Provider.objects.get()
        assert (provider.slug, provider.live, str(provider.phone)) == ("les-joncs", True, "+33261911001")
        assert provider.operations.opening_hours == "Mo 09:00-12:00"
        assert str(provider.operations.verified_on) == "2026-09-01"
        assert provider.offers.get().price_text == "23 €"
        assert provider.search_name and provider.latitude
        assert provider.latest_revision == provider.live_revision
        assert provider.latest_revision.user == user
        assert {entry.action for entry in ListingLogEntry.objects.all()} == {
            "wagtail.create",
            "wagtail.publish",
        }
        copy = provider.latest_revision.as_object()
        assert copy.offers.get().price_text == "23 €"
        assert list(Provider.objects.serving(provider.base_commune)) == [provider]

    def test_its_listing_can_be_changed_and_published_again(self, census):
        put_in(census(HEADINGS, NEW))
        provider = Provider.objects.get()
        provider.name = "Les Joncs verts"
        provider.save_revision().publish()
        assert Provider.objects.get().name == "Les Joncs verts"
        assert Offer.objects.count() == 1

    def test_the_same_name_elsewhere_has_another_address(self, census):
        put_in(census(HEADINGS, NEW, "Les Joncs|Rosnay|0261911003|Ménage|||||"))
        assert set(Provider.objects.values_list("slug", flat=True)) == {"les-joncs", "les-joncs-2"}

    def test_choices_made_for_all_serve_where_the_file_says_nothing(self, census):
        put_in(census(HEADINGS, OTHER, default_area="commune", admission_note="Réunion"))
        provider = Provider.objects.listed().get()
        assert [commune.name for commune in provider.covers_communes.all()] == ["Rosnay"]
        assert provider.operations.decision_note == "Réunion"


class TestUpdate:
    def test_only_what_the_file_says_changes(self, census, known):
        found = census(HEADINGS, UPDATE)
        put_in(found, UserFactory(admin=True))
        known.refresh_from_db()
        assert {row.service.name: row.price_text for row in known.offers.all()} == {
            "Portage de repas": "8 €",
            "Ménage et repassage": "",
        }
        assert [commune.name for commune in known.covers_communes.all()] == ["Le Blanc"]
        assert known.live and not known.has_unpublished_changes

    def test_what_the_park_keeps_goes_in_and_is_in_the_history(self, census, known):
        put_in(
            census(HEADINGS, "Le Butor|Le Blanc|0261911009|||||lundi 9h-12h|01/09/2026"),
            UserFactory(admin=True),
        )
        assert Operations.objects.get(provider=known).opening_hours == "Mo 09:00-12:00"
        entry = ListingLogEntry.objects.get(action="providers.census_facts")
        assert entry.data == {"columns": ["opening_hours", "verified_on"]}

    def test_a_draft_stays_one_and_keeps_what_was_typed_in_it(self, census, towns):
        draft = ProviderFactory(
            draft=True, name="Le Héron", base_commune=towns["Rosnay"], phone="+33261911008"
        )
        draft.description = "Tapé hier"
        draft.save_revision()
        assert Provider.objects.get(pk=draft.pk).description == ""
        put_in(census(HEADINGS + ";Adresse", "Le Héron|Rosnay|0261911008|||||||1 rue Neuve"))
        draft.refresh_from_db()
        assert not draft.live
        latest = draft.get_latest_revision_as_object()
        assert (latest.description, latest.address) == ("Tapé hier", "1 rue Neuve")

    def test_changes_not_published_yet_are_asked_about(self, census, known):
        known.description = "À relire"
        known.save_revision()
        found = census(HEADINGS, UPDATE)
        (line,) = lines(found)
        assert (line.status, line.candidates) == (Status.DOUBT, [{"pk": known.pk, "reason": "draft"}])
        found.lines.update(decision="new")  # as a forged form would: it would be doubled
        analysis.compare_all(found, nobody)
        assert statuses(found) == [Status.DOUBT]
        found.lines.update(decision=f"update:{known.pk}")
        analysis.compare_all(found, nobody)
        put_in(found)
        known.refresh_from_db()
        assert known.offers.count() == 2
        assert known.description != "À relire"

    def test_a_line_that_says_what_is_published_leaves_the_draft_alone(self, census, known):
        known.description = "À relire"
        known.save_revision()
        found = census("Nom;Commune;Téléphone", "Le Butor|Le Blanc|0261911009")
        assert statuses(found) == [Status.SAME]
        put_in(found)
        assert known.get_latest_revision_as_object().description == "À relire"

    def test_a_locked_listing_holds_the_census_back(self, census, known):
        Provider.objects.filter(pk=known.pk).update(locked=True, locked_at=timezone.now())
        found = census(HEADINGS, UPDATE)
        assert statuses(found) == [Status.FAULTY]
        Provider.objects.filter(pk=known.pk).update(locked=False)
        analysis.compare_all(found, nobody)
        assert statuses(found) == [Status.UPDATE]


class TestAllOrNothing:
    def test_a_faulty_or_undecided_line_holds_everything_back(self, census, known):
        found = census(HEADINGS, NEW, "Tout Autre Chose|Le Blanc|0261911009||||||")
        assert statuses(found) == [Status.NEW, Status.DOUBT]
        before = everything()
        with pytest.raises(application.CensusError):
            put_in(found)
        assert everything() == before

    def test_a_failure_half_way_leaves_nothing(self, census, known, monkeypatch):
        rows = [f"{word}|Le Blanc|02619120{n:02}|Ménage|||||" for n, word in enumerate(WORDS)]
        found = census(HEADINGS, *rows, UPDATE)
        before = everything()

        def fail(*args, **kwargs):
            raise IntegrityError

        monkeypatch.setattr("wagtail.models.Revision.publish", fail)
        with pytest.raises(application.BaseChanged):
            put_in(found)
        assert everything() == before
        found.refresh_from_db()
        assert found.state != CensusImport.State.DONE

    @pytest.mark.parametrize("what", ["changed", "deleted", "drafted", "came"])
    def test_what_changed_since_it_was_looked_at_is_looked_at_again(self, census, known, towns, what):
        found = census(HEADINGS, NEW, UPDATE)
        if what == "changed":
            service = lines(found)[1].record["offers"][0]["service"]
            Offer.objects.create(provider=known, service_id=service)
        elif what == "deleted":
            known.delete()
        elif what == "drafted":
            known.description = "À relire"
            known.save_revision()
        else:
            ProviderFactory(name="Les Joncs", base_commune=towns["Le Blanc"])
        before = everything()
        with pytest.raises(application.BaseChanged):
            put_in(found)
        assert everything() == before
        assert found.lines.count() == 2

    def test_a_deleted_structure_leaves_its_line(self, census, known):
        found = census(HEADINGS, UPDATE)
        known.delete()
        analysis.compare_all(found, nobody)
        assert statuses(found) == [Status.NEW]


WORDS = ("Ajonc", "Bruyère", "Carex", "Drosera", "Épilobe", "Fougère", "Genêt", "Houx")


class TestOnce:
    def test_twice_is_once(self, census):
        found = census(HEADINGS, NEW)
        assert application.apply(found, None, nobody) is True
        same = CensusImport.objects.get(pk=found.pk)
        assert application.apply(same, None, nobody) is False
        assert Provider.objects.count() == 1
        assert CensusImport.objects.get(pk=found.pk).totals["new"] == 1

    def test_two_files_of_the_same_list_do_not_double_it(self, census):
        first, second = census(HEADINGS, NEW), census(HEADINGS, NEW)
        assert statuses(first) == statuses(second) == [Status.NEW]
        put_in(first)
        with pytest.raises(application.BaseChanged):
            put_in(second)
        analysis.compare_all(second, nobody)
        assert statuses(second) == [Status.SAME]

    def test_of_two_who_press_at_once_one_starts_a_job(self, census, monkeypatch):
        found = census(HEADINGS, NEW)
        CensusImport.objects.update(state=CensusImport.State.READY)
        done = []
        monkeypatch.setattr(jobs, "put_in", lambda census, user: done.append(census.pk))
        mine, yours = (CensusImport.objects.get(pk=found.pk) for _ in range(2))
        assert jobs.start(mine, CensusImport.State.APPLYING) is True
        assert jobs.start(yours, CensusImport.State.APPLYING) is False
        assert done == [found.pk]


def test_a_commune_retired_meanwhile_is_refused(census):
    gone = CommuneFactory(
        insee_code="36999", name="Ancienne", retired_on="2026-01-01", postal_codes=["36999"]
    )
    found = census("Nom;Code INSEE;Téléphone;Services", f"Les Joncs|{gone.insee_code}|0261911001|Ménage")
    assert statuses(found) == [Status.FAULTY]
