from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from wagtail.signals import page_published

        import portal.events.marks  # noqa: F401  # registers itself
        from intake.mail.sender import told_by
        from intake.report import files
        from portal import listing_mails, personal_data  # noqa: F401
        from portal.accounts import mails, people
        from portal.chrome import email_sender
        from portal.events.publishing import event_published
        from portal.exports import defuse_exports
        from portal.report.views import waiting_url, xlsx_url
        from portal.roles import grant_roles
        from portal.workflow import install_workflow
        from providers import signals as listing_signals
        from providers.generation import keep_quiet
        from providers.invitations import complete_collections

        # Made when a picture is first shown, which changes nothing that is shown.
        keep_quiet("wagtailimages_rendition")
        keep_quiet("account_emailaddress", "account_emailconfirmation", "mfa_authenticator")
        told_by(email_sender)
        files.register(_("Report (PDF)"), waiting_url)
        files.register(_("Spreadsheet (XLSX)"), xlsx_url)
        defuse_exports()
        listing_signals.submission_changed.connect(listing_mails.tell, dispatch_uid="portal.listing_mails")
        for signal, receiver in (
            (listing_signals.invitation_sent, mails.send_invitation),
            (listing_signals.invitation_asked_again, mails.tell_asked_again),
            (listing_signals.access_asked, mails.tell_asked),
            (listing_signals.access_answered, mails.tell_refused),
        ):
            signal.connect(receiver, dispatch_uid="portal.accounts.mails")
        post_save.connect(
            people.follow_address, sender=settings.AUTH_USER_MODEL, dispatch_uid="portal.accounts.people"
        )
        page_published.connect(event_published, dispatch_uid="portal.events")
        # After the last application: by then every permission exists. Roles come before the workflow that names one.
        last = list(apps.get_app_configs())[-1]
        post_migrate.connect(grant_roles, sender=last)
        post_migrate.connect(install_workflow, sender=last)
        post_migrate.connect(complete_collections, sender=last)
