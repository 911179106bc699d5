"""Who may do what with listings, said once.

Views, viewsets, panels and templates call these predicates; nothing else asks.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from providers.models import ErrorReport, JobOpening, ListingSubmission, Manager, Operations, Provider


def is_listing_staff(user: Any) -> bool:
    """Park staff and operators: they keep the facts of every structure."""
    return user.is_active and user.has_perm("providers.change_operations")


def sees_every_listing(user: Any) -> bool:
    """Those who may open any listing in the admin, drafts included."""
    return user.is_active and (
        user.has_perm("providers.view_provider") or user.has_perm("providers.change_provider")
    )


def can_bring_in_census(user: Any) -> bool:
    """Those who may create and publish many listings at once."""
    return (
        user.is_active
        and user.has_perm("providers.add_censusimport")
        and user.has_perm("providers.publish_provider")
    )


def decides_on_listings(user: Any) -> bool:
    """Park staff: they answer what structures send, and publish."""
    return user.is_active and user.has_perm("providers.publish_provider")


def can_change_listing(user: Any, provider: Provider | int) -> bool:
    """Staff by permission, partners theirs: as a draft that is sent to the park."""
    return (user.is_active and user.has_perm("providers.change_provider")) or manages(user, provider)


def sends_to_the_park(user: Any, provider: Provider | int) -> bool:
    """Those who change a listing without publishing it themselves."""
    return not decides_on_listings(user) and manages(user, provider)


def invites_managers(user: Any) -> bool:
    """Park staff: they say who keeps which listing, and answer those who ask to."""
    return user.is_active and user.has_perm("providers.add_manager")


def sees_submission(user: Any, submission: int) -> bool:
    """The park sees every change that was sent, a partner those of its listings."""
    if decides_on_listings(user):
        return True
    return (
        user.is_active
        and ListingSubmission.objects.filter(pk=submission, provider__managers__user=user.pk).exists()
    )


def manages(user: Any, provider: Provider | int) -> bool:
    """Whether *user* keeps this very listing."""
    pk = provider if isinstance(provider, int) else provider.pk
    return user.is_active and Manager.objects.filter(user=user.pk, provider=pk).exists()


def manages_any(user: Any) -> bool:
    """Whether *user* keeps at least one listing."""
    return user.is_active and Manager.objects.filter(user=user.pk).exists()


def can_change_operations(user: Any, provider: Provider | int) -> bool:
    """Availability, hours and closures: staff for all, partners for theirs."""
    return is_listing_staff(user) or manages(user, provider)


def sees_health(user: Any) -> bool:
    """The board of the base: those who keep the facts of every structure."""
    return is_listing_staff(user)


def sets_review_period(user: Any) -> bool:
    """How often a listing is to be confirmed, and what a confirmation is noted from: staff only."""
    return is_listing_staff(user)


def sees_reporter(user: Any) -> bool:
    """The address of somebody who reported an error is never shown to the structure."""
    return is_listing_staff(user)


def reports_open_to(user: Any) -> QuerySet[ErrorReport]:
    """Errors reported on the listings *user* keeps; all of them for staff."""
    rows = ErrorReport.objects.all()
    if is_listing_staff(user):
        return rows
    return rows.filter(provider__in=listings_of(user).values("pk")) if user.is_active else rows.none()


def listings_of(user: Any) -> QuerySet[Provider]:
    """The listings *user* keeps."""
    return Provider.objects.filter(managers__user=user.pk).distinct()


def operations_open_to(user: Any) -> QuerySet[Operations]:
    """The structures whose facts *user* may change."""
    rows = Operations.objects.all()
    if is_listing_staff(user):
        return rows
    return rows.filter(provider__managers__user=user.pk)


def can_post_any_job(user: Any) -> bool:
    """Park staff: the job openings of every structure."""
    return user.is_active and user.has_perm("providers.change_jobopening")


def can_change_job(user: Any, job: JobOpening | int) -> bool:
    """Staff for all, partners for the openings of their structures."""
    if can_post_any_job(user):
        return True
    pk = job if isinstance(job, int) else job.pk
    return jobs_open_to(user).filter(pk=pk).exists()


def jobs_open_to(user: Any) -> QuerySet[JobOpening]:
    """The job openings *user* may change."""
    rows = JobOpening.objects.all()
    if can_post_any_job(user):
        return rows
    if not user.is_active:
        return rows.none()
    return rows.filter(provider__in=listings_of(user).order_by().values("pk"))


class OperationsPermissionPolicy(ModelPermissionPolicy):
    """Staff by permission, partners for the structures they manage; nobody adds or deletes by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action in ("add", "delete"):
            return False
        if action in ("change", "view"):
            return is_listing_staff(user) or manages_any(user)
        return super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if action in ("change", "view"):
            return can_change_operations(user, instance.pk)
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        return operations_open_to(user) if {"change", "view"} & set(actions) else Operations.objects.none()


_PARTNERS_MAY = frozenset({"change", "view"})


class ListingPermissionPolicy(ModelPermissionPolicy):
    """Staff by permission; partners view and change the listings they keep, and nothing more."""

    def _by_role(self, user: Any, action: str) -> bool:
        return super().user_has_permission(user, action)

    def user_has_permission(self, user: Any, action: str) -> bool:
        return self._by_role(user, action) or (action in _PARTNERS_MAY and manages_any(user))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self._by_role(user, action) or (action in _PARTNERS_MAY and manages(user, instance.pk))

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        if any(self._by_role(user, action) for action in actions):
            return Provider.objects.all()
        if user.is_active and _PARTNERS_MAY & set(actions):
            return listings_of(user)
        return Provider.objects.none()


class JobPermissionPolicy(ModelPermissionPolicy):
    """Staff by permission, partners for the structures they manage."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return can_post_any_job(user) or manages_any(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return self.user_has_permission(user, "change")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return can_change_job(user, instance.pk)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return can_change_job(user, instance.pk)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        return jobs_open_to(user)


class KeptForEver(ModelPermissionPolicy):
    """Communes, services and families are retired, never deleted: requests point at them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return super().user_has_any_permission(user, [action for action in actions if action != "delete"])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)
