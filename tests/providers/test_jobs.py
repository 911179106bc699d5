"""Job openings: public until their last day, posted by staff or by the structure itself."""

from __future__ import annotations

import datetime
import json
import re

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from providers.job_viewset import JobViewSet
from providers.models import Commune, JobOpening, Manager, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def town() -> Commune:
    return CommuneFactory(name="Le Blanc")


@pytest.fixture
def reeds(town: Commune) -> Provider:
    return ProviderFactory(name="Les Roseaux", base_commune=town, communes=[town], offers=[ServiceFactory()])


def post_job(provider: Provider, **fields) -> JobOpening:
    communes = fields.pop("communes", [provider.base_commune])
    values = {
        "title": "Aide à domicile (F/H)",
        "contract": "permanent",
        "hours": "24 heures par semaine",
        "description": "Ménage & repas.\nPermis B.",
        "closes_on": in_days(20),
    }
    job = JobOpening(provider=provider, **(values | fields))
    job.full_clean()
    job.save()
    job.communes.set(communes)
    return job


def test_shown_on_its_pages_and_gone_at_midnight_by_itself(client: Client, reeds, town):
    with time_machine.travel("2026-11-24T10:00+01:00", tick=False) as clock:
        job = post_job(reeds, closes_on=datetime.date(2026, 11, 30))
        pages = ["/emplois/", "/annuaire/structures/les-roseaux/", "/annuaire/communes/le-blanc/"]
        for path in pages:
            assert f'href="/emplois/{job.pk}/"' in client.get(path).content.decode(), path
        assert client.get(f"/emplois/{job.pk}/").status_code == 200
        assert f"/emplois/{job.pk}/" in client.get("/sitemap-jobs.xml").content.decode()
        clock.move_to("2026-11-30T23:59:59+01:00")
        assert client.get(f"/emplois/{job.pk}/").status_code == 200
        clock.move_to("2026-12-01T00:00:01+01:00")
        for path in [*pages, "/sitemap-jobs.xml"]:
            assert f"/emplois/{job.pk}/" not in client.get(path).content.decode(), path
        gone = client.get(f"/emplois/{job.pk}/")
        assert gone.status_code == 410
        assert "n’est plus ouvert" in gone.content.decode()


def test_not_shown_for_a_structure_that_is_not_listed(client: Client, reeds):
    job = post_job(reeds)
    Provider.objects.filter(pk=reeds.pk).update(live=False)
    assert client.get(f"/emplois/{job.pk}/").status_code == 404
    assert job.title not in client.get("/emplois/").content.decode()


def test_linked_data(client: Client, reeds):
    job = post_job(reeds, contract="fixed_term", duration="six mois", closes_on=datetime.date(2027, 1, 31))
    with time_machine.travel("2027-01-15T10:00+01:00"):
        html = client.get(f"/emplois/{job.pk}/").content.decode()
    blocks = [json.loads(found) for found in re.findall(r'application/ld\+json">(.*?)</script>', html)]
    data = next(block for block in blocks if block["@type"] == "JobPosting")
    assert data["validThrough"] == "2027-01-31T23:59:59+01:00"
    assert data["employmentType"] == ["PART_TIME", "TEMPORARY"]
    assert data["description"] == "<p>Ménage &amp; repas.</p><p>Permis B.</p>"
    assert data["jobLocation"][0]["address"]["addressLocality"] == "Le Blanc"
    assert data["hiringOrganization"]["name"] == "Les Roseaux"


def test_pages_with_jobs_cost_no_query_more(client: Client, reeds, town, commit):
    paths = ["/annuaire/structures/les-roseaux/", "/annuaire/communes/le-blanc/"]

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as log:
            client.get(path)
        return len(log)

    commit()
    before = [cost(path) for path in paths]
    for number in range(5):
        post_job(reeds, title=f"Emploi {number}")
    commit()
    assert [cost(path) for path in paths] == before
    assert cost("/emplois/") <= 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 10_000}, "title"),
        ({"contract": "fixed_term"}, "duration"),
        ({"closes_on": datetime.date(9999, 1, 1)}, "closes_on"),
    ],
)
def test_bad_input_is_told_next_to_the_field(reeds, wrong, field):
    with pytest.raises(ValidationError) as refused:
        post_job(reeds, **wrong)
    assert field in refused.value.message_dict


def posted(provider: Provider, **fields) -> dict:
    return {
        "provider": provider.pk,
        "title": "Jardinier (F/H)",
        "contract": "seasonal",
        "duration": "",
        "hours": "35 heures",
        "pay": "",
        "description": "Tonte et haies.",
        "how_to_apply": "",
        "communes": [provider.base_commune.pk],
        "closes_on": in_days(30).strftime("%d/%m/%Y"),
    } | fields


def test_staff_post_for_any_structure_and_a_wrong_day_loses_nothing(client: Client, reeds):
    client.force_login(UserFactory(groups=["Équipe du parc"]))
    assert client.get("/admin/job_openings/new/").status_code == 200
    for wrong in (in_days(-1), in_days(400)):
        answer = client.post("/admin/job_openings/new/", posted(reeds, closes_on=wrong.strftime("%d/%m/%Y")))
        assert list(answer.context["form"].errors) == ["closes_on"]
        assert "Tonte et haies." in answer.content.decode()
    assert client.post("/admin/job_openings/new/", posted(reeds)).status_code == 302
    job = JobOpening.objects.get()
    assert list(job.communes.all()) == [reeds.base_commune]
    assert client.get(f"/emplois/{job.pk}/").status_code == 200


def test_a_structure_posts_for_itself_only(client: Client, reeds, town):
    other = ProviderFactory(name="Les Ajoncs", base_commune=town)
    user = UserFactory(groups=["Partenaires"])
    Manager.objects.create(user=user, provider=reeds)
    client.force_login(user)
    page = client.get("/admin/job_openings/new/").content.decode()
    assert "Les Roseaux" in page and "Les Ajoncs" not in page
    assert client.post("/admin/job_openings/new/", posted(reeds)).status_code == 302
    answer = client.post("/admin/job_openings/new/", posted(other))
    assert list(answer.context["form"].errors) == ["provider"]
    mine = JobOpening.objects.get()
    assert client.post(f"/admin/job_openings/edit/{mine.pk}/", posted(other)).status_code == 200
    assert JobOpening.objects.get().provider == reeds


def test_no_view_of_the_admin_opens_the_job_of_another(client: Client, reeds, town):
    other = ProviderFactory(name="Les Ajoncs", base_commune=town)
    theirs = post_job(other, title="Poste secret")
    user = UserFactory(groups=["Partenaires"])
    Manager.objects.create(user=user, provider=reeds)
    client.force_login(user)
    names = [pattern.name for pattern in JobViewSet().get_urlpatterns() if "pk" in str(pattern.pattern)]
    assert {"edit", "delete", "history"} <= set(names)
    for name in names:
        url = reverse(f"job_openings:{name}", args=[theirs.pk])
        answer = client.get(url)
        assert answer.status_code in (302, 403, 404), name
        assert b"Poste secret" not in answer.content
    assert b"Poste secret" not in client.get("/admin/job_openings/").content
    exported = client.get("/admin/job_openings/?export=csv").getvalue()
    assert b"Poste secret" not in exported


@pytest.mark.parametrize("groups", [["Partenaires"], ["Institutions"], ["Opérateurs"]])
def test_those_who_keep_no_structure_post_nothing(client: Client, reeds, groups):
    client.force_login(UserFactory(groups=groups))
    assert client.get("/admin/job_openings/").status_code in (302, 403)
    client.post("/admin/job_openings/new/", posted(reeds))
    assert not JobOpening.objects.exists()
