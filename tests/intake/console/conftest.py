"""Structures around one commune, and the operator who answers."""

from __future__ import annotations

import pytest

from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory


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
