from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.roles import grant_roles

        # Last app of INSTALLED_APPS that owns models: every permission exists.
        post_migrate.connect(grant_roles, sender=self)
