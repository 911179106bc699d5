"""A published listing, the communes and services around it."""

import pytest

from portal.roles import STAFF, role_name
from providers.models import Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory, offer


@pytest.fixture
def towns():
    return [CommuneFactory(name=name) for name in ("Mézières-en-Brenne", "Le Blanc", "Bélâbre")]


@pytest.fixture
def services():
    return [ServiceFactory(name="Ménage"), ServiceFactory(name="Jardin")]


@pytest.fixture
def listing(towns, services):
    provider = ProviderFactory(
        name="Avant", base_commune=towns[0], communes=towns[:2], offers=[offer(services[0])]
    )
    provider.save_revision().publish()
    return Provider.objects.get(pk=provider.pk)


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(groups=[role_name(STAFF)]))
    return client
