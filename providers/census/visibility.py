"""What would keep the structures of a census from being found, said before they go in."""

from __future__ import annotations

from django.utils.translation import ngettext

from providers.models import AdmissionPolicy, CensusImport, CensusLine

from .analysis import completed
from .places import no_area


def warnings(census: CensusImport) -> list[str]:
    """Sentences on the new structures that the public would not see, or not find by commune."""
    policy = AdmissionPolicy.objects.first() or AdmissionPolicy()
    hidden = nowhere = serviceless = 0
    new = census.lines.filter(status=CensusLine.Status.NEW).order_by()
    for record in new.values_list("record", flat=True).iterator(chunk_size=500):
        full = completed(census, record)
        titles = {offer.get("legal_title") for offer in full.get("offers", [])}
        admitted = policy.accepts_any or full.get("admitted") or titles & set(policy.titles)
        hidden += not admitted
        nowhere += full["area"] == no_area()
        serviceless += not full.get("offers")
    texts = []
    if hidden:
        texts.append(
            ngettext(
                "%(count)s new structure has no legal title that admits it: the public will not see it until staff admit it.",
                "%(count)s new structures have no legal title that admits them: the public will not see them until staff admit them.",
                hidden,
            )
            % {"count": hidden}
        )
    if nowhere:
        texts.append(
            ngettext(
                "%(count)s new structure says nowhere it comes: no resident will be directed to it.",
                "%(count)s new structures say nowhere they come: no resident will be directed to them.",
                nowhere,
            )
            % {"count": nowhere}
        )
    if serviceless:
        texts.append(
            ngettext(
                "%(count)s new structure offers no service: no resident will be directed to it.",
                "%(count)s new structures offer no service: no resident will be directed to them.",
                serviceless,
            )
            % {"count": serviceless}
        )
    return texts
