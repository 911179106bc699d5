"""The pages, the names and the line of the demonstration."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from django.db import transaction
from wagtail.models import Page, Site

from intake.models import Hotline
from portal.models import ContentPage, HomePage, SiteIdentity

FILE = Path(__file__).resolve().parent / "pages.json"
PHONE = "+33261911001"  # range that Arcep keeps for fiction
HOURS = "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"


def _filled(value: Any, names: dict[str, str]) -> Any:
    """*value* with ``{service}``, ``{park}``… replaced, whatever its depth."""
    if isinstance(value, str):
        return re.sub(r"\{(service|park|operator|phone)\}", lambda match: names[match[1]], value)
    if isinstance(value, list):
        return [_filled(item, names) for item in value]
    if isinstance(value, dict):
        return {key: _filled(item, names) for key, item in value.items()}
    return value


def load_settings() -> None:
    """Names of the site and the line, unless staff have already set them."""
    if not SiteIdentity.objects.exists():
        SiteIdentity.objects.create(
            service_name="1001 services",
            place_suffix="en Brenne",
            park_name="Parc naturel régional de la Brenne",
            operator_name="Idées en Brenne",
            operator_role="animé par l’association",
        )
    if not Hotline.objects.exists():
        Hotline.objects.create(
            phone=PHONE,
            opening_hours=HOURS,
            has_answering_machine=True,
            answering_message=(
                "Bonjour, vous êtes bien à 1001 services. Dites-nous votre besoin, votre commune et votre numéro : "
                "nous vous rappelons dès l’ouverture de la ligne."
            ),
        )


@transaction.atomic
def load_pages(site_name: str, port: int) -> int:
    """Add the home page and the pages that are missing; returns how many."""
    identity = SiteIdentity.objects.get()
    names = {
        "service": identity.service_name,
        "park": identity.park_name,
        "operator": identity.operator_name,
        "phone": "02\u00a061\u00a091\u00a010\u00a001",
    }
    texts = _filled(json.loads(FILE.read_text(encoding="utf-8")), names)
    home, added = _home(texts["home"])
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"root_page": home, "hostname": "127.0.0.1", "port": port, "site_name": site_name},
    )
    for entry in texts["pages"]:
        if ContentPage.objects.child_of(home).filter(slug=entry["slug"]).exists():
            continue
        page = ContentPage(
            title=entry["title"],
            slug=entry["slug"],
            introduction=entry["intro"],
            body=json.dumps([{"type": "text", "value": entry["body_html"]}]),
            show_in_menus=entry["menu"],
            show_in_footer=entry["footer"],
            search_description=entry["search_description"],
        )
        home.add_child(instance=page)
        page.save_revision().publish()
        added += 1
    statement = ContentPage.objects.child_of(home).filter(slug="accessibilite").first()
    SiteIdentity.objects.filter(accessibility_page=None).update(accessibility_page=statement)
    return added


def _home(texts: dict[str, Any]) -> tuple[HomePage, int]:
    known = HomePage.objects.first()
    if known:
        return known, 0
    root = Page.get_first_root_node()
    home = HomePage(
        title=texts["title"],
        slug="accueil",
        hero_title=texts["hero_title"],
        hero_text=texts["hero_text"],
        steps=json.dumps([{"type": "step", "value": step} for step in texts["steps"]]),
    )
    root.add_child(instance=home)
    home.save_revision().publish()
    # The page that Wagtail's first migration leaves behind.
    welcome = Page.objects.filter(depth=2, slug="home").exclude(pk=home.pk).first()
    if welcome and welcome.specific_class is Page:
        Site.objects.filter(root_page=welcome).update(root_page=home)
        welcome.delete()
    return home, 1
