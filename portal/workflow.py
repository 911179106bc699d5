"""Authors write, the park validates: the workflow of every page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from portal.roles import STAFF, role_name

NAME = gettext_noop("Validation by the park")


def install_workflow(**kwargs: Any) -> None:
    """Create it and give it to the whole tree, once the roles are there: what staff change afterwards stays."""
    from django.contrib.auth.models import Group
    from wagtail.models import GroupApprovalTask, Page, Workflow, WorkflowPage, WorkflowTask

    root = Page.get_first_root_node()
    with translation.override(settings.LANGUAGE_CODE):
        name = gettext(NAME)
    if root is None or Workflow.objects.filter(name=name).exists():
        return
    workflow = Workflow.objects.create(name=name)
    task = GroupApprovalTask.objects.create(name=name)
    task.groups.add(Group.objects.get(name=role_name(STAFF)))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    # In the place of the one Wagtail's first migration leaves behind.
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
