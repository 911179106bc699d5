"""The private link leads to one request, and to nothing once altered or revoked."""

import pytest

from intake.models import ServiceRequest
from intake.models.requests import new_link_key
from intake.requests import private_link
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db


def test_the_link_leads_to_its_request_and_is_no_key():
    request, other = request_for(), request_for()
    link = private_link.token_for(request)
    assert private_link.request_from(link) == request
    assert private_link.path_for(request) == f"/demande/suivi/{link}/"
    assert private_link.absolute_url_for(request) == f"http://testserver/demande/suivi/{link}/"
    assert request.link_key not in link
    assert private_link.token_for(other) != link


@pytest.mark.parametrize(
    "alter",
    [
        lambda link: link[:-1] + ("A" if link[-1] != "A" else "B"),
        lambda link: link.split("-")[0],
        lambda link: "999999" + link[6:],
        lambda link: link + "é",
        lambda link: "",
        lambda link: "٤٨" + link,
        lambda link: "1" * 500 + link,
    ],
)
def test_an_altered_link_leads_nowhere(alter):
    link = private_link.token_for(request_for())
    assert private_link.request_from(alter(link)) is None


def test_a_revoked_link_and_one_of_another_request_lead_nowhere():
    request, other = request_for(), request_for()
    link = private_link.token_for(request)
    swapped = f"{other.reference}-{link.split('-', 1)[1]}"
    assert private_link.request_from(swapped) is None
    ServiceRequest.objects.filter(pk=request.pk).update(link_key=new_link_key())
    assert private_link.request_from(link) is None


def test_links_outlive_a_change_of_the_secret_key(settings):
    request = request_for()
    link = private_link.token_for(request)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert private_link.request_from(link) == request
