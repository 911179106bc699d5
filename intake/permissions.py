"""Who may do what with requests, said once.

Views, viewsets, panels, exports and templates call these predicates; nothing
else asks. Partners and institutions have none of them: they never see a
resident's name, number or words.
"""

from __future__ import annotations

from typing import Any


def handles_requests(user: Any) -> bool:
    """Operators and park staff: they take requests, direct them and follow them up."""
    return user.is_active and user.has_perm("intake.change_servicerequest")


def sees_requesters(user: Any) -> bool:
    """Those who see who asked and how to reach them."""
    return handles_requests(user) and user.has_perm("intake.see_requester")


def exports_requesters(user: Any) -> bool:
    """Those whose exports may hold names, numbers and free text; each is logged."""
    return sees_requesters(user) and user.has_perm("intake.export_requester")


def erases_requesters(user: Any) -> bool:
    """Those who answer a person's right to have a copy of their data, or to have it erased."""
    return sees_requesters(user) and user.has_perm("intake.erase_requester")


def manages_campaigns(user: Any) -> bool:
    """Park staff: communication actions and the answers to “how did you hear of us?”."""
    return user.is_active and user.has_perm("intake.change_campaign")


def edits_hotline(user: Any) -> bool:
    """Those who may change the line's hours and closures."""
    return user.is_active and user.has_perm("intake.change_hotline")


def sees_published(user: Any) -> bool:
    """Every account of the admin: what is published is public, and only narrowed to what is around them."""
    return user.is_active and user.has_perm("wagtailadmin.access_admin")


def manages_institutions(user: Any) -> bool:
    """Park staff: which institutions there are, who belongs to them, which communes they follow."""
    return user.is_active and user.has_perm("intake.change_institution")
