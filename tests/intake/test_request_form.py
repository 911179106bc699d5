"""The residents' form, from the first question to the private page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from intake.models import Referral, Requester, ServiceRequest, UnmetCase
from intake.requests.reasons import Channel, UnmetReason
from intake.requests.states import ContactOutcome
from providers.models import Service
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory
from tests.intake.factories import CampaignFactory, HeardFromFactory
from tests.intake.form_pages import ADDRESS, Visitor, publish_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleaning() -> Service:
    return ServiceFactory(name="Ménage et repassage", slug="menage-repassage")


@pytest.fixture
def garden() -> Service:
    return ServiceFactory(
        name="Petit jardinage", slug="petit-jardinage", synonyms="tondre la pelouse\ntaille de haie"
    )


@pytest.fixture
def town(cleaning, garden):
    """Mézières-en-Brenne, with four structures that come for cleaning, one that gardens."""
    publish_form()
    town = CommuneFactory(name="Mézières-en-Brenne")
    for base in ("Le Blanc", "Mézières-en-Brenne", "Azay-le-Ferron", "Bélâbre"):
        ProviderFactory(
            name=f"Ménage de {base}",
            base_commune=CommuneFactory(name=base),
            communes=[town],
            offers=[cleaning],
        )
    ProviderFactory(name="Les Jardiniers", base_commune=town, communes=[town], offers=[garden])
    return town


def sent() -> ServiceRequest:
    return ServiceRequest.objects.get()


# --- From a page of the directory ---


def test_from_the_directory_to_three_structures_to_call(town, cleaning):
    results = Client().get(f"/annuaire/services/{cleaning.slug}/{town.slug}/").content.decode()
    query = re.search(r'href="/demande/(\?[^"]+)"', results)[1].replace("&amp;", "&")
    visitor = Visitor(query=query)
    assert visitor.page == "details"
    assert "Ménage et repassage" in visitor.html
    visitor.go_on(reach="phone", beneficiary="older", urgency="week", recurrence="regular")
    visitor.go_on(phone="02 61 91 00 77", name="Jeanne Exemple", consent="on", kind="resident")
    assert visitor.page == "check"
    for words in ("Mézières-en-Brenne", "Pour une personne âgée", "Cette semaine", "02 61 91 00 77"):
        assert words in visitor.html
    visitor.press("send")

    request = sent()
    assert (request.channel, request.kind, request.doubts) == (Channel.WEB, "resident", "too_fast")
    need = request.needs.get()
    assert (need.service, need.commune, need.beneficiary, need.urgency, need.recurrence) == (
        cleaning,
        town,
        "older",
        "week",
        "regular",
    )
    given = list(need.referrals.values_list("provider__name", flat=True))
    assert given == ["Ménage de Mézières-en-Brenne", "Ménage de Azay-le-Ferron", "Ménage de Le Blanc"]
    assert set(need.referrals.values_list("way", flat=True)) == {Referral.Way.ON_SCREEN}
    person = request.requester
    assert (str(person.phone), person.name, person.consents_to_contact) == (
        "+33261910077",
        "Jeanne Exemple",
        True,
    )

    page = Client().get(visitor.response["Location"]).content.decode()
    reference = request.reference
    assert "\u00a0".join([reference[:2], reference[2:4], reference[4:]]) in page
    assert re.findall(r'class="name"><a [^>]+>([^<]+)', page) == given
    assert len(re.findall(r'class="call" href="tel:\+33', page)) >= 3


@pytest.mark.parametrize(
    "page", ["services/menage-repassage", "communes/mezieres-en-brenne", "structures/les-jardiniers"]
)
def test_every_page_of_the_directory_leads_to_the_form(town, page):
    html = Client().get(f"/annuaire/{page}/").content.decode()
    assert 'class="btn ghost" href="/demande/' in html


def test_where_nobody_comes_the_form_is_offered_and_the_need_is_on_the_unmet_list(town):
    ironing = ServiceFactory(name="Garde de nuit")
    html = Client().get(f"/annuaire/services/{ironing.slug}/{town.slug}/").content.decode()
    assert f'href="/demande/?service={ironing.slug}&amp;commune={town.slug}"' in html
    visitor = Visitor(query=f"?service={ironing.slug}&commune={town.slug}").to_check().press("send")
    need = sent().needs.get()
    assert need.contact_outcome == ContactOutcome.UNMET
    assert UnmetCase.objects.get(need=need).reason == UnmetReason.NO_PROVIDER
    assert "Personne ne vient encore pour cela" in Client().get(visitor.private).content.decode()


def test_without_a_published_page_the_form_is_closed(cleaning):
    town = CommuneFactory(name="Le Blanc")
    html = Client().get(f"/annuaire/services/{cleaning.slug}/{town.slug}/").content.decode()
    assert "/demande/" not in html
    assert Client().get(ADDRESS).status_code == 404


# --- In their own words ---


def test_words_are_understood_and_proposed_never_decided(town, garden):
    visitor = Visitor().go_on(words="tondre la pelouse", place="mezieres")
    assert visitor.page == "which"
    assert visitor.values["services"] == [garden.slug], "the one clear meaning is ticked already"
    visitor.go_on().to_check().press("send")
    need = sent().needs.get()
    assert (need.service, need.words) == (garden, "tondre la pelouse")
    assert need.referrals.count() == 1


def test_words_that_are_something_else_are_a_need_to_be_read(town, garden):
    visitor = Visitor().go_on(words="tondre la pelouse et le lama", place="mezieres")
    visitor.go_on(services=[garden.slug], other="1").to_check().press("send")
    directed, to_read = sent().needs.order_by("pk")
    assert (directed.service, directed.words) == (garden, "")
    assert (to_read.service, to_read.words, to_read.status) == (None, "tondre la pelouse et le lama", "open")
    assert "Quelqu’un la lira" in Client().get(visitor.private).content.decode()


def test_words_nobody_understands_beside_a_ticked_service_are_not_lost(town, cleaning):
    Visitor().go_on(words="xylophone", services=[cleaning.slug], place="mezieres").to_check().press("send")
    assert list(sent().needs.order_by("pk").values_list("service__slug", "words")) == [
        (cleaning.slug, ""),
        (None, "xylophone"),
    ]


def test_several_services_make_several_needs(town, cleaning, garden):
    visitor = Visitor().go_on(services=[cleaning.slug, garden.slug], place="36290 mezieres").to_check()
    visitor.press("send")
    assert sent().needs.count() == 2
    with_cards = Client().get(visitor.private).content.decode()
    assert with_cards.count('class="name"') == 4


# --- Where ---


def test_an_unclear_commune_is_asked_for(town, cleaning):
    CommuneFactory(name="Saint-Michel-en-Brenne", postal_codes=["36290"])
    visitor = Visitor().go_on(services=[cleaning.slug], place="36290")
    assert visitor.page == "need"
    assert "<title>Erreur" in visitor.html
    assert 'href="#id_commune_0"' in visitor.html
    visitor.go_on(commune=town.slug)
    assert visitor.page == "details"
    visitor.to_check().press("send")
    assert sent().needs.get().commune == town


def test_an_unknown_commune_is_told_and_kept_if_they_insist(town, cleaning):
    visitor = Visitor().go_on(services=[cleaning.slug], place="Atlantide")
    assert "Nous ne connaissons pas la commune «\u00a0Atlantide\u00a0»" in visitor.html
    visitor.go_on(commune="-").to_check().press("send")
    need = sent().needs.get()
    assert (need.commune, need.place_as_typed, need.status) == (None, "Atlantide", "open")


def test_outside_the_territory_is_said_logged_and_directed_to_who_may_help(town, cleaning):
    outside = CommuneFactory(name="Châtillon", in_territory=False, latitude=46.85, longitude=1.25)
    visitor = Visitor().go_on(services=[cleaning.slug], place="chatillon")
    assert "Châtillon est en dehors du territoire" in visitor.html
    visitor.to_check().press("send")
    need = sent().needs.get()
    assert (need.commune, need.contact_outcome) == (outside, ContactOutcome.UNMET)
    suggested = need.referrals.filter(way=Referral.Way.SUGGESTED)
    assert suggested.first().provider.name == "Ménage de Mézières-en-Brenne"
    page = Client().get(visitor.private).content.decode()
    assert "peuvent peut-être vous aider" in page
    assert "Ménage de Mézières-en-Brenne" in page


# --- Who ---


def test_who_wants_no_call_is_asked_no_name(town, cleaning):
    visitor = Visitor(query=f"?service={cleaning.slug}&commune={town.slug}").go_on(reach="none")
    assert not re.findall(r'id="id_(?:name|phone|email|consent)"', visitor.html)
    visitor.go_on().press("send")
    assert not Requester.objects.exists()


def test_a_number_that_is_none_is_told_and_kept(town, cleaning):
    visitor = Visitor(query=f"?service={cleaning.slug}&commune={town.slug}")
    visitor.to_check(reach="phone", phone="12 34, demander Odile")
    assert "Votre numéro est-il bien écrit" in visitor.html
    visitor.press("send")
    person = sent().requester
    assert (str(person.phone), person.phone_as_typed) == ("", "12 34, demander Odile")


def test_an_incomplete_address_is_told_beside_the_field(town, cleaning):
    visitor = Visitor(query=f"?service={cleaning.slug}&commune={town.slug}")
    visitor.to_check(reach="email", email="odile@")
    assert visitor.page == "person"
    assert 'href="#id_email"' in visitor.html
    assert 'id="id_email-error"' in visitor.html
    assert visitor.values["email"] == ["odile@"]


def test_choosing_to_be_called_after_all_shows_the_question_before_any_error(town, cleaning):
    visitor = Visitor(query=f"?service={cleaning.slug}&commune={town.slug}").to_check()
    visitor.press("details").go_on(reach="phone")
    assert visitor.page == "person"
    assert "Il y a un problème" not in visitor.html
    visitor.go_on()
    assert "Donnez votre numéro" in visitor.html


def test_changing_an_answer_leads_back_to_the_check(town, cleaning, garden):
    visitor = Visitor(query=f"?service={cleaning.slug}&commune={town.slug}").to_check()
    visitor.press("need").go_on(services=[garden.slug])
    assert visitor.page == "check"
    assert "Petit jardinage" in visitor.html
    assert "Ménage et repassage" not in visitor.html


def test_a_campaign_is_carried_and_fills_in_how_they_heard(town, cleaning):
    poster = HeardFromFactory(name="Une affiche")
    campaign = CampaignFactory(heard_from=poster)
    visitor = Visitor(query=f"?service={cleaning.slug}&commune={town.slug}&c={campaign.code}")
    visitor.go_on(reach="none")
    assert visitor.values["heard_from"] == [str(poster.pk)]
    visitor.go_on().press("send")
    assert (sent().campaign, sent().heard_from) == (campaign, poster)


# --- Bad input ---


def test_nothing_said_is_told_in_a_summary_with_links(town):
    visitor = Visitor().go_on()
    assert 'href="#id_words"' in visitor.html
    assert 'href="#id_place"' in visitor.html
    assert 'aria-invalid="true"' in visitor.html


@pytest.mark.parametrize(
    "words",
    [
        "é" * 10_000,
        "🌱🐸 chaudière\r\nen panne",
        "<script>alert(1)</script>",
        "avant\x00après",
        "' OR 1=1; --",
    ],
    ids=["10,000 characters", "emoji", "script", "NUL", "SQL"],
)
def test_words_are_kept_as_text(town, words):
    visitor = Visitor().go_on(words=words, place="mezieres")
    if visitor.page == "which":
        visitor.go_on(other="1")
    visitor.to_check().press("send")
    kept = words.replace("\x00", "").replace("\r\n", "\n")
    assert sent().needs.get(service=None).words == kept
    page = Client().get(visitor.private).content.decode()
    assert "<script>alert" not in page


def test_too_many_words_are_told_and_kept_in_the_field(town):
    visitor = Visitor().go_on(words="x" * 10_001, place="mezieres")
    assert visitor.page == "need"
    assert "Votre texte est trop long" in visitor.html
    assert len(visitor.values["words"][0]) == 10_001


def test_two_hundred_services_ticked_are_told(town, cleaning):
    known = [ServiceFactory().slug for _ in range(199)]
    visitor = Visitor().go_on(services=[cleaning.slug, *known], place="mezieres")
    assert visitor.page == "need"
    assert "vous en avez coché 200" in visitor.html
    assert len(visitor.values["services"]) == 200


def test_altered_and_repeated_fields_never_break_the_form(town, cleaning):
    visitor = Visitor().go_on(services=[cleaning.slug], place="mezieres").to_check()
    visitor.post(
        go=["send", "send"],
        page="nowhere",
        services=["not-a-service", cleaning.slug],
        beneficiary=["self", "martian"],
        heard_from="9999999999999999999999",
        commune="../../etc",
        campaign="x" * 5000,
        link="482917-abc",
    )
    assert visitor.response.status_code == 200
    assert not ServiceRequest.objects.exists()
    assert "Un des services choisis n’est plus dans la liste" in visitor.html


def test_a_service_retired_meanwhile_is_told(town, cleaning):
    visitor = Visitor().go_on(services=[cleaning.slug], place="mezieres").to_check()
    Service.objects.filter(pk=cleaning.pk).update(retired_on="2026-01-01")
    visitor.press("send")
    assert visitor.page == "need"
    assert "n’est plus dans la liste" in visitor.html


@pytest.mark.parametrize(
    "query", ["?service=nope&commune=nope", "?service=%00&commune=%00&c=%00", "?commune[]=1"]
)
def test_a_wrong_address_opens_the_first_page(town, query):
    assert Visitor(query=query).page == "need"


# --- Staff ---


def test_staff_write_the_texts(town, commit):
    from intake.models import RequestFormPage

    page = RequestFormPage.objects.get()
    page.introduction, page.health_warning = "Bienvenue chez nous.", "Rien de médical ici."
    page.personal_data_notice, page.confirmation_text = "<p>Gardé au <b>parc</b>.</p>", "<p>À bientôt.</p>"
    page.save_revision().publish()
    visitor = Visitor()
    assert "Bienvenue chez nous." in visitor.html
    assert "Rien de médical ici." in visitor.html
    visitor.go_on(words="xylophone", place="mezieres").to_check()
    assert "Gardé au <b>parc</b>" in visitor.html
    visitor.press("send")
    assert "À bientôt." in Client().get(visitor.response["Location"]).content.decode()


def test_the_page_stands_in_the_menu_and_leads_to_the_form(town):
    from intake.models import RequestFormPage

    html = Client().get("/annuaire/").content.decode()
    assert '<a href="/demande/">Faire une demande</a>' in html
    page = RequestFormPage.objects.get()
    assert page.get_url() == ADDRESS
    assert page.specific.serve(Client().get(ADDRESS).wsgi_request)["Location"] == ADDRESS


# --- Budgets ---


def test_few_queries_and_never_kept(town, cleaning, commit, django_assert_max_num_queries):
    commit()
    query = f"?service={cleaning.slug}&commune={town.slug}"
    visitor = Visitor(query=query).to_check(reach="phone", phone="02 61 91 00 77").press("send")
    client = Client()
    commit()
    for path in (ADDRESS, ADDRESS + query, visitor.response["Location"], visitor.private + "corriger/"):
        client.get(path)
        with django_assert_max_num_queries(8):
            response = client.get(path)
        assert response.status_code == 200
        assert response["Cache-Control"] == "no-store"
        assert not response.cookies
        assert len(response.content) < 40_000


def test_posting_sets_no_cookie(town):
    visitor = Visitor().go_on(words="xylophone", place="mezieres")
    assert not visitor.response.cookies
    assert visitor.response["Cache-Control"] == "no-store"
    assert not visitor.client.cookies


def test_staff_preview_the_page_while_they_write_it(town):
    from intake.models import RequestFormPage

    page = RequestFormPage.objects.get()
    page.introduction = "Pas encore publié."
    response = page.make_preview_request()
    assert response.status_code == 200
    assert "Pas encore publié." in response.content.decode()
