"""A small territory for the screens of the intake."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory


@pytest.fixture
def place():
    return CommuneFactory(name="Mézières-en-Brenne")


@pytest.fixture
def elsewhere():
    """11 km from *place*, where nobody comes."""
    return CommuneFactory(name="Azay-le-Ferron")


@pytest.fixture
def cleaning():
    return ServiceFactory(name="Ménage")


@pytest.fixture
def structures(place, cleaning):
    return [ProviderFactory(base_commune=place, communes=[place], offers=[cleaning]) for _ in range(4)]


@pytest.fixture
def as_role():
    """``as_role(STAFF)``: a client of somebody with that role, who is its ``user``."""

    def login(role: str, **fields: str) -> Client:
        client = Client()
        client.user = UserFactory(groups=[role_name(role)], **fields)  # type: ignore[attr-defined]
        client.force_login(client.user)  # type: ignore[attr-defined]
        return client

    return login


@pytest.fixture
def staff(as_role):
    return as_role(STAFF, first_name="Solange")


@pytest.fixture
def operator(as_role):
    return as_role(OPERATORS, first_name="Jeanne")


@pytest.fixture(params=[PARTNERS, INSTITUTIONS, None], ids=["partner", "institution", "anonymous"])
def outsider(request, as_role):
    return as_role(request.param) if request.param else Client()
