"""What the tables of the site, of Wagtail and of Django hold of persons (see :mod:`providers.personal_data`)."""

from __future__ import annotations

import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import BigIntegerField, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from wagtail.admin.models import FormState
from wagtail.contrib.forms.models import FormSubmission
from wagtail.models import ModelLogEntry, PageLogEntry, UploadedFile, get_page_models
from wagtail.users.models import UserProfile

import portal.events.personal_data  # noqa: F401
from intake.personal_data.retention import delete, emptied, months_before
from intake.requests.orientation import rules
from portal.accounts import leaving
from portal.models.group import PrivatePage
from providers.personal_data import Rule, Subject, harmless, personal, speaking_fields

TASK_DAYS = 30


def _purge_gone_accounts(now: datetime.datetime, dry_run: bool) -> int:
    """The history names who was deleted: an account that is gone has no name any more."""
    user = get_user_model()
    content_type = ContentType.objects.get_for_model(user)
    entries = ModelLogEntry.objects.filter(content_type=content_type).exclude(label="")
    gone = entries.annotate(account=Cast("object_id", BigIntegerField())).exclude(
        account__in=user._default_manager.values("pk")
    )
    return emptied(gone, lambda rows: rows.update(label="", data={}), dry_run)


def _purge_remarks(now: datetime.datetime, dry_run: bool) -> int:
    """Remarks of editors, which the history repeats word for word."""
    limit = months_before(now, rules().retention_months)
    said = Q(action__startswith="wagtail.comments") | Q(action__startswith="wagtail.workflow")
    return sum(
        emptied(
            model._default_manager.filter(said, timestamp__lt=limit).exclude(data={}),
            lambda rows: rows.update(data={}),
            dry_run,
        )
        for model in (PageLogEntry, ModelLogEntry)
    )


def _purge_tasks(now: datetime.datetime, dry_run: bool) -> int:
    old = DBTaskResult.objects.filter(finished_at__lt=now - datetime.timedelta(days=TASK_DAYS))
    return emptied(old, delete, dry_run)


def _purge_sessions(now: datetime.datetime, dry_run: bool) -> int:
    return emptied(Session.objects.filter(expire_date__lt=now), delete, dry_run)


def _purge_form_states(now: datetime.datetime, dry_run: bool) -> int:
    old = FormState.objects.filter(last_updated_at__lt=now - FormState.STALE_TIMEOUT)
    return emptied(old, delete, dry_run)


def _purge_uploads(now: datetime.datetime, dry_run: bool) -> int:
    """Pictures and documents whose form was never finished."""
    count = 0
    for upload in UploadedFile.objects.iterator():
        storage, name = upload.file.storage, upload.file.name
        age = now - storage.get_modified_time(name) if name and storage.exists(name) else None
        if age is None or age > datetime.timedelta(days=1):
            count += 1
            if not dry_run:
                storage.delete(name)
                upload.delete()
    return count


def _purge_submissions(now: datetime.datetime, dry_run: bool) -> int:
    old = FormSubmission.objects.filter(submit_time__lt=months_before(now, rules().retention_months))
    return emptied(old, delete, dry_run)


def _accounts(subject: Subject) -> QuerySet[Any]:
    users = get_user_model()._default_manager
    return users.filter(email__iexact=subject.email) if subject.email else users.none()


def _profiles(subject: Subject) -> QuerySet[UserProfile]:
    return UserProfile.objects.filter(user__in=_accounts(subject))


WITH_ACCOUNT = Rule(
    "account",
    _("ends with the account: in Settings, Users; 30 days after a manager has left the last listing"),
    leaving.purge,
)
WITH_PAGE = Rule("page", _("ends with the page, the listing or the file it belongs to"))
GONE_ACCOUNT = Rule("gone_account", _("erased once the account is gone"), _purge_gone_accounts)
REMARK = Rule("remark", _("erased after as many months as a request (settings)"), _purge_remarks)
TASK = Rule("task", _("erased 30 days after the work was done"), _purge_tasks)
SESSION = Rule("session", _("erased once the session has expired"), _purge_sessions)
FORM_STATE = Rule("form_state", _("erased a day after it was typed"), _purge_form_states)
UPLOAD = Rule("upload", _("erased a day after it was sent"), _purge_uploads)
SUBMISSION = Rule("submission", _("erased after as many months as a request (settings)"), _purge_submissions)

PUBLISHED = "written by staff to be published"
TECHNICAL = "codes, keys and numbers of the software itself"

personal("auth.User", "username first_name last_name email password", WITH_ACCOUNT, trace=_accounts)
personal("wagtailusers.UserProfile", "avatar", WITH_ACCOUNT, trace=_profiles)
personal("wagtailcore.APIToken", "name", WITH_ACCOUNT)
personal("account.EmailAddress", "email", WITH_ACCOUNT, trace=leaving.addresses)
harmless("account.EmailConfirmation", "key", TECHNICAL)
personal("mfa.Authenticator", "data", WITH_ACCOUNT, "secrets, encrypted")
personal("wagtailcore.ModelLogEntry", "label", GONE_ACCOUNT)
personal("wagtailcore.ModelLogEntry", "data", REMARK)
personal("wagtailcore.PageLogEntry", "data", REMARK)
personal("wagtailcore.Comment", "text contentpath position", WITH_PAGE)
personal("wagtailcore.CommentReply", "text", WITH_PAGE)
personal("wagtailcore.TaskState", "comment", WITH_PAGE)
personal("wagtailcore.Revision", "object_str content", WITH_PAGE, "listings may be persons working alone")
# The tables of the search differ from one database to the other.
for entry in apps.get_app_config("wagtailsearch").get_models():
    names = {field.name for field in speaking_fields(entry)}
    personal(entry._meta.label, " ".join(names - {"object_id"}), WITH_PAGE)
    if "object_id" in names:
        harmless(entry._meta.label, "object_id", TECHNICAL)
personal("wagtaildocs.Document", "title file", WITH_PAGE)
personal("wagtailimages.Image", "title file description", WITH_PAGE)
personal("wagtailimages.Rendition", "file", WITH_PAGE)
personal("wagtailcore.UploadedFile", "file", UPLOAD)
personal("wagtailadmin.FormState", "data", FORM_STATE, "what somebody types in the administration")
personal("sessions.Session", "session_data", SESSION)
personal("wagtailforms.FormSubmission", "form_data", SUBMISSION)
personal("django_tasks_database.DBTaskResult", "args_kwargs return_value traceback", TASK)

# A page is what staff publish; those of the working group are read by its members.
for page in get_page_models():
    texts = " ".join(field.name for field in speaking_fields(page))
    if page._meta.app_label not in ("portal", "intake"):
        continue
    if issubclass(page, PrivatePage):
        personal(page._meta.label, texts, WITH_PAGE, "minutes may name those who spoke")
    else:
        harmless(page._meta.label, texts, PUBLISHED)
harmless(
    "portal.SiteIdentity",
    "service_name place_suffix park_name park_address park_phone park_email park_website"
    " operator_name operator_role host",
    PUBLISHED,
)
personal("portal.SiteIdentity", "publication_director", WITH_PAGE, "the law asks for the name")
harmless("portal.FooterLink", "text", PUBLISHED)
harmless("portal.NewsCategory", "name slug", PUBLISHED)
harmless("portal.PublicationFile", "title", PUBLISHED)
harmless("portal.AccessibilityFailing", "criterion description", PUBLISHED)
harmless("portal.GroupMember", "organisation role", "structures and institutions, not persons")
harmless("wagtailcore.Page", "path title draft_title slug url_path seo_title search_description", PUBLISHED)
harmless("wagtailcore.PageLogEntry", "label action", "title of a page")
harmless("wagtailcore.ModelLogEntry", "action object_id", TECHNICAL)
harmless("wagtailcore.Revision", "object_id", TECHNICAL)
harmless("wagtailcore.WorkflowState", "object_id", TECHNICAL)
harmless("wagtailcore.ReferenceIndex", "object_id to_object_id model_path content_path", TECHNICAL)
harmless("wagtailcore.Locale", "language_code", TECHNICAL)
harmless("wagtailcore.Site", "hostname site_name", PUBLISHED)
harmless("wagtailcore.Collection", "path name", "names of folders")
harmless("wagtailcore.Workflow", "name", "names of steps of approval")
harmless("wagtailcore.Task", "name", "names of steps of approval")
harmless("wagtailcore.CollectionViewRestriction", "password", "shared by a group, of no person")
harmless("wagtailcore.PageViewRestriction", "password", "shared by a group, of no person")
harmless("wagtailcore.APIToken", "key_hash prefix", TECHNICAL)
harmless("wagtailusers.UserProfile", "preferred_language current_time_zone dismissibles", "preferences")
harmless("wagtailadmin.EditingSession", "object_id", TECHNICAL)
harmless("wagtailadmin.FormState", "object_id parent_object_id", TECHNICAL)
harmless("wagtailredirects.Redirect", "old_path redirect_page_route_path redirect_link", PUBLISHED)
harmless(
    "wagtailembeds.Embed",
    "url hash html title author_name provider_name thumbnail_url",
    "of videos that staff publish",
)
harmless("wagtaildocs.Document", "file_hash", TECHNICAL)
harmless("wagtailimages.Image", "file_hash", TECHNICAL)
harmless("wagtailimages.Rendition", "filter_spec focal_point_key", TECHNICAL)
harmless(
    "django_tasks_database.DBTaskResult",
    "task_path worker_ids queue_name backend_name exception_class_path",
    TECHNICAL,
)
harmless("taggit.Tag", "name slug", PUBLISHED)
harmless("auth.Permission", "name codename", TECHNICAL)
harmless("auth.Group", "name", "names of roles")
harmless("contenttypes.ContentType", "app_label model", TECHNICAL)
harmless("sessions.Session", "session_key", TECHNICAL)
