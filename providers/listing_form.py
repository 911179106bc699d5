"""The form of a listing: no number twice, no picture of another, whole when it is sent."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision
from wagtail.permissions import policy_registry

from providers.forms import DistinctRowsForm


class ListingForm(DistinctRowsForm):
    distinct_rows = {
        "offers": (("service", "mode"), gettext_lazy("This service is already listed in this mode."))
    }

    data: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_sent = False  # to the park: then it must be whole
        # In a large territory the lists to tick hold what is around the base.
        for field in self.fields.values():
            if hasattr(field.widget, "base"):
                field.widget.base = self.instance

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        siret = "".join((cleaned.get("siret") or "").split())
        if siret and "siret" in self.changed_data and self._is_in_another_draft(siret):
            # Whose draft it is, is nobody's business.
            self.add_error(
                "siret", _("Another structure already gives this number. If it is yours, call the park.")
            )
        if self.is_sent and not (
            cleaned.get("covers_territory")
            or cleaned.get("covers_radius_km")
            or cleaned.get("covers_epcis")
            or cleaned.get("covers_communes")
        ):
            self.add_error(
                "covers_territory",
                _("Say where you come: without any commune, no resident would find you."),
            )
        return cleaned

    def clean_logo(self) -> Any:
        """A picture the person may choose, and no drawing: drawings can hold programs."""
        logo = self.cleaned_data["logo"]
        if logo is None or "logo" not in self.changed_data:
            return logo
        policy = policy_registry.get_by_type(type(logo))
        refusal = ""
        if self.for_user is not None and not policy.user_has_permission_for_instance(
            self.for_user, "choose", logo
        ):
            # Whose picture it is, is nobody's business.
            refusal = _("Choose a picture of your structure, or add one.")
        elif logo.is_svg():
            refusal = _("Choose a picture (PNG, JPEG or WebP), not a drawing (SVG).")
        if refusal:
            # Shown again, the form would tell the title of that picture.
            self.data = self.data.copy()
            self.data[self.add_prefix("logo")] = ""
            raise ValidationError(refusal)
        return logo

    def _stands(self, *args: Any) -> bool:
        # The rows belong to a version: those of the public one are replaced when this is published.
        return False

    def _is_in_another_draft(self, siret: str) -> bool:
        from providers.models import Provider

        drafts = Revision.objects.filter(pk__in=Provider.objects.order_by().values("latest_revision"))
        return drafts.filter(content__siret=siret).exclude(object_id=str(self.instance.pk)).exists()
