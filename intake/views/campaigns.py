"""The short address of a campaign: counts the visit and leads on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from intake.models import Campaign, CampaignVisits
from intake.visits.campaigns import PARAMETER
from intake.visits.counting import Tally, is_person

visits = Tally(CampaignVisits, "day", "campaign")


@never_cache
@require_safe
def visit(request: HttpRequest, code: str) -> HttpResponseRedirect:
    """Lead to the campaign's page, its code in the address; a poster that outlived its campaign leads home."""
    campaign = Campaign.objects.select_related("leads_to").filter(code=code.lower()).first()
    if campaign is None:
        return HttpResponseRedirect("/")
    if is_person(request):
        visits.add(timezone.localdate(), campaign.pk)
    page = campaign.leads_to
    url = (page.get_url(request) if page and page.live else None) or "/"
    return HttpResponseRedirect(f"{url}?{urlencode({PARAMETER: campaign.code})}")
