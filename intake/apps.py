from typing import Any

from django.apps import AppConfig
from django.db import transaction
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _


def _keep_line(sender: Any, instance: Any, **kwargs: Any) -> None:
    from intake.hotline import last_known

    # A number typed in a form is text until it is read back.
    phone = str(getattr(instance.phone, "as_e164", instance.phone) or "")
    transaction.on_commit(lambda: last_known.keep(phone, instance.opening_hours))


class IntakeConfig(AppConfig):
    name = "intake"
    verbose_name = _("Intake")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created
        from wagtail.log_actions import registry

        import intake.visits.searches  # noqa: F401  # counts from then on
        from intake import signals
        from intake.mail import listings, notifications
        from intake.models import Hotline, RequestLogEntry, ServiceRequest
        from intake.personal_data import declared  # noqa: F401  # registers itself
        from providers import signals as listing_signals
        from providers.generation import keep_quiet
        from providers.opendata.catalogue import Elsewhere, announce

        signals.request_recorded.connect(notifications.tell_of_web_request)
        listing_signals.confirmation_awaited.connect(listings.ask_to_confirm)
        listing_signals.report_answered.connect(listings.answer_report)
        listing_signals.error_reported.connect(listings.tell_of_report)
        from intake.plain_text import teach_sqlite

        connection_created.connect(teach_sqlite, dispatch_uid="intake.teach_sqlite")
        registry.register_model(ServiceRequest, RequestLogEntry)
        announce(
            Elsewhere(
                _("What was asked"),
                _("Needs and contacts of every closed year, as the observatory publishes them."),
                "intake:observatory_data",
            )
        )
        post_save.connect(_keep_line, sender=Hotline, dispatch_uid="intake.last_known")
        # No public page shows a row of these; the counters behind public figures
        # have their own delay.
        keep_quiet(
            *(
                f"intake_{name}"
                for name in (
                    "callbackattempt",
                    "calldraft",
                    "campaignvisits",
                    "directoryvisits",
                    "countedmonth",
                    "duty",
                    "followup",
                    "monthlycount",
                    "need",
                    "networkcount",
                    "outboxmessage",
                    "referral",
                    "requester",
                    "requestlogentry",
                    "servicerequest",
                    "unansweredsearch",
                    "unmetcase",
                    "voicemail",
                )
            )
        )
