"""A structure, and the park's staff."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.roles import STAFF, role_name
from providers.models import Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory


@pytest.fixture
def provider() -> Provider:
    return ProviderFactory(
        name="Au Fil des Étangs", communes=[CommuneFactory(name="Le Blanc")], offers=[ServiceFactory()]
    )


@pytest.fixture
def staff() -> Any:
    return UserFactory(groups=[role_name(STAFF)], email="parc@parc.example")


@pytest.fixture
def staff_client(staff: Any) -> Client:
    client = Client()
    client.force_login(staff)
    return client
