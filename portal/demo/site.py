"""The names, the line and the pages of the demonstration."""

from __future__ import annotations

from django.db import transaction
from wagtail.models import Page, Site

from intake.models import Hotline, RequestFormPage
from portal.demo import content
from portal.models import FooterLink, HomePage, SiteIdentity

PHONE = "+33261911001"  # range that Arcep keeps for fiction
HOURS = "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"


def load_settings() -> None:
    """Names of the site and the line, unless staff have already set them."""
    if not SiteIdentity.objects.exists():
        SiteIdentity.objects.create(
            service_name="1001 services",
            place_suffix="en Brenne",
            park_name="Parc naturel régional de la Brenne",
            park_address="Le Bouchet, 36300 Rosnay",
            park_phone="+33254281212",
            park_website="https://www.parc-naturel-brenne.fr/",
            operator_name="Idées en Brenne",
            operator_role="animé par l’association",
        )
    if not Hotline.objects.exists():
        Hotline.objects.create(
            phone=PHONE,
            opening_hours=HOURS,
            has_answering_machine=True,
            answering_message=(
                "Bonjour, vous êtes bien à 1001 services. Dites-nous votre besoin, votre commune et votre numéro\u00a0: "
                "nous vous rappelons dès l’ouverture de la ligne."
            ),
        )


@transaction.atomic
def load_pages(site_name: str, port: int) -> int:
    """Add the home page and the pages that are missing; returns how many."""
    home, added = _home()
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={"root_page": home, "hostname": "127.0.0.1", "port": port, "site_name": site_name},
    )
    # First in the menu after the directory: it is what people come for.
    if not RequestFormPage.objects.exists():
        form = RequestFormPage(title="Faire une demande", slug="demande", show_in_menus=True)
        home.add_child(instance=form)
        form.save_revision().publish()
        added += 1
    identity = SiteIdentity.objects.get()
    chosen = FooterLink.objects.filter(identity=identity).exists()
    for part in content.PARTS:
        for entry in content.read(part):
            more, footer = content.add(home, entry)
            added += more
            if not chosen:
                FooterLink.objects.bulk_create(
                    [FooterLink(identity=identity, page_id=page.pk, sort_order=page.pk) for page in footer]
                )
    return added


def _home() -> tuple[HomePage, int]:
    known = HomePage.objects.first()
    if known:
        return known, 0
    root = Page.get_first_root_node()
    home = content.new_home()
    root.add_child(instance=home)
    content.publish(home)
    # The page that Wagtail's first migration leaves behind.
    welcome = Page.objects.filter(depth=2, slug="home").exclude(pk=home.pk).first()
    if welcome and welcome.specific_class is Page:
        Site.objects.filter(root_page=welcome).update(root_page=home)
        welcome.delete()
    return home, 1
