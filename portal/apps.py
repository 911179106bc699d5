from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.roles import grant_roles

        # After the last application: by then every permission exists.
        post_migrate.connect(grant_roles, sender=list(apps.get_app_configs())[-1])
