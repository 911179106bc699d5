"""The Content-Security-Policy: strict for the public, looser where Wagtail needs it."""

from __future__ import annotations

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """Adds the policy of the settings, and that of the admin to Wagtail's admin.

    A draft shown inside the admin's editor comes from an admin address but is
    made through a request of its own for the public one: it gets the admin's
    policy too, for Wagtail adds its accessibility checker to it.
    """

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts: PolicyParts = super().get_policy_parts(request, response, report_only)
        is_admin = request.path.startswith(settings.ADMIN_PATH) or getattr(request, "is_dummy", False)
        if is_admin and not report_only and parts.config is None:
            parts.config = settings.ADMIN_CONTENT_SECURITY_POLICY
        return parts
