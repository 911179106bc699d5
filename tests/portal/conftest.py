"""The site of the demonstration, as its pages are loaded."""

import pytest

from portal.demo.site import load_pages, load_settings
from portal.models import HomePage


@pytest.fixture
def demo_site(db):
    """Settings, line and pages of the demonstration; returns the home page."""
    load_settings()
    load_pages("1001 services", 80)
    return HomePage.objects.get()
