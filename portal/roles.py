"""The roles of the site and what each may do, in one table.

Applied after every migration, so that a new permission named here reaches its
group without anybody's hand. What staff granted besides is left alone.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop as _

ADMIN_ACCESS = "wagtailadmin.access_admin"
WORKING_GROUP = "portal.read_workinggrouppage"

STAFF = _("Park staff")
AUTHORS = _("Authors")
OPERATORS = _("Operators")
PARTNERS = _("Partners")
INSTITUTIONS = _("Institutions")


def _crud(app: str, model: str, actions: str = "view add change") -> list[str]:
    return [f"{app}.{action}_{model}" for action in actions.split()]


# Those who take requests: see intake.permissions.
_REQUESTS = [*_crud("intake", "servicerequest"), "intake.see_requester"]

MODEL_PERMISSIONS: dict[str, list[str]] = {
    STAFF: [
        ADMIN_ACCESS,
        WORKING_GROUP,
        *_crud("providers", "provider", "view add change publish lock unlock"),
        *_crud("providers", "operations", "view change"),
        *_crud("providers", "censusimport", "add"),
        *_crud("providers", "manager", "view add change delete"),
        *_crud("providers", "jobopening", "view add change delete"),
        *_crud("providers", "service"),
        *_crud("providers", "servicecategory"),
        *_crud("providers", "commune"),
        *_crud("providers", "admissionpolicy", "change"),
        *_crud("providers", "freshnesspolicy", "change"),
        *_crud("portal", "siteidentity", "change"),
        *_crud("portal", "eventtype", "view add change delete"),
        *_crud("portal", "eventregistration", "view change"),
        *_crud("portal", "newscategory", "view add change delete"),
        *_crud("intake", "hotline", "change"),
        *_REQUESTS,
        "intake.export_requester",
        "intake.erase_requester",
        *_crud("intake", "campaign"),
        *_crud("intake", "heardfrom"),
        *_crud("intake", "institution", "view add change delete"),
        *_crud("intake", "intakesettings", "change"),
        *_crud("wagtailredirects", "redirect", "view add change delete"),
    ],
    # Authors write pages; staff validate them before they are published.
    AUTHORS: [ADMIN_ACCESS],
    OPERATORS: [
        ADMIN_ACCESS,
        WORKING_GROUP,
        *_crud("providers", "provider", "view"),
        *_crud("providers", "operations", "view change"),
        *_crud("portal", "eventregistration", "view change"),
        *_crud("intake", "hotline", "change"),
        *_REQUESTS,
    ],
    # A partner reaches the structures it manages by providers.permissions.
    PARTNERS: [ADMIN_ACCESS, WORKING_GROUP],
    INSTITUTIONS: [ADMIN_ACCESS, WORKING_GROUP],
}
PAGE_PERMISSIONS = {
    STAFF: ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"],
    AUTHORS: ["add_page"],  # and change what they have written
}
COLLECTION_PERMISSIONS = {
    STAFF: [
        "wagtailimages.add_image",
        "wagtailimages.change_image",
        "wagtailimages.choose_image",
        "wagtaildocs.add_document",
        "wagtaildocs.change_document",
        "wagtaildocs.choose_document",
    ],
    AUTHORS: [
        "wagtailimages.add_image",
        "wagtailimages.choose_image",
        "wagtaildocs.add_document",
        "wagtaildocs.choose_document",
    ],
}


def grant_roles(**kwargs: Any) -> None:
    """Create the groups and give each the permissions of the table."""
    from django.contrib.auth.models import Group, Permission
    from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    root_page, root_collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for role, names in MODEL_PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=role_name(role))
        # Missing ones belong to an application whose own migration comes later.
        group.permissions.add(*(permissions[name] for name in names if name in permissions))
        for codename in PAGE_PERMISSIONS.get(role, []) if root_page else []:
            permission = permissions.get(f"wagtailcore.{codename}")
            if permission:
                GroupPagePermission.objects.get_or_create(group=group, page=root_page, permission=permission)
        for name in COLLECTION_PERMISSIONS.get(role, []) if root_collection else []:
            if name in permissions:
                GroupCollectionPermission.objects.get_or_create(
                    group=group, collection=root_collection, permission=permissions[name]
                )


def role_name(role: str) -> str:
    """The name of a role's group, in the language of the site."""
    from django.conf import settings
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        return translation.gettext(role)
