"""The page of the observatory, its figures being those of the requests the demonstration invents."""

from __future__ import annotations

from wagtail.models import Page

from intake.models import ObservatoryPage
from portal.models import FooterLink, SiteIdentity


def load_observatory(home: Page) -> int:
    """Add the page under *home*, unless it is there; how many pages."""
    if ObservatoryPage.objects.exists():
        return 0
    page = ObservatoryPage(
        title="Observatoire des besoins",
        slug="observatoire",
        introduction="Ce que les habitants demandent, où, et s’ils trouvent\u00a0: une année après l’autre, sans aucun nom.",
        show_in_menus=False,
    )
    home.add_child(instance=page)
    page.save_revision().publish()
    identity = SiteIdentity.objects.first()
    if identity:
        FooterLink.objects.create(identity=identity, page=page, sort_order=page.pk)
    return 1
