"""Wagtail's question “may this user?” answered by the intake's own predicates."""

from __future__ import annotations

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from intake.models import FollowUp, ServiceRequest, UnansweredSearch, UnmetCase
from intake.permissions import handles_requests


class RequestsPolicy(ModelPermissionPolicy):
    """Those who handle requests see and change them; nobody adds or deletes by these screens."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("view", "change") and handles_requests(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return self.user_has_any_permission(user, actions)


for _model in (ServiceRequest, UnmetCase, FollowUp, UnansweredSearch):
    register_permission_policy(_model, RequestsPolicy(_model))
