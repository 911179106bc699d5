from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProvidersConfig(AppConfig):
    name = "providers"
    verbose_name = _("Providers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.log_actions import registry

        from providers import declarations, generation, invitations  # noqa: F401
        from providers.models import ListingLogEntry, Provider

        generation.watch()
        invitations.watch()
        # Who sends what to the park, and who did what: no public page shows it.
        generation.keep_quiet("providers_listingsubmission", "providers_listinglogentry")
        generation.keep_quiet("providers_accessrequest", "providers_departure", "providers_invitation")
        registry.register_model(Provider, ListingLogEntry)
        self._open_collections()

    def _open_collections(self) -> None:
        from wagtail.documents import get_document_model
        from wagtail.images import get_image_model
        from wagtail.permissions import register_permission_policy

        from providers.collections import WithStructures

        for model in (get_image_model(), get_document_model()):
            policy = WithStructures(model, auth_model=model._meta.label, owner_field_name="uploaded_by_user")
            # Exactly this class: Wagtail's own, registered after this, is for the rest.
            register_permission_policy(model, policy, exact_class=True)
