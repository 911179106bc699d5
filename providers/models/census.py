"""One import of a census, from the file to its result."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.utils.translation import gettext_lazy as _

from .listing import Provider


def census_path(census, name):
    """A name of our own: what the file is called says nothing and may be hostile."""
    return f"census/{secrets.token_hex(16)}"


def private_storage():
    """Files nobody reaches by an address."""
    return storages["private"]


class CensusImport(models.Model):
    """A spreadsheet of structures, what was found in it, and what became of it.

    The file and its lines are erased once it went in, or was given up.
    """

    class State(models.TextChoices):
        COLUMNS = "columns", _("columns to match")
        READING = "reading", _("being read")
        READY = "ready", _("to be looked at")
        APPLYING = "applying", _("going in")
        DONE = "done", _("gone in")
        FAILED = "failed", _("refused")

    class Area(models.TextChoices):
        NONE = "", _("nothing: they will not be found until it is filled in")
        TERRITORY = "territory", _("they come to the whole territory")
        COMMUNE = "commune", _("they come to the commune where they are based")

    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    file = models.FileField(_("file"), storage=private_storage, upload_to=census_path, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    sheet = models.CharField(_("sheet"), max_length=200, blank=True)
    header_row = models.PositiveIntegerField(default=0)
    # Place of each column by its key: see providers.census.columns.
    mapping = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.COLUMNS)
    message = models.TextField(blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # Numbers of lines by status once finished, when the lines are gone.
    totals = models.JSONField(default=dict)

    default_legal_form = models.CharField(
        _("legal form, when the file does not say"),
        max_length=30,
        choices=Provider.LegalForm.choices,
        blank=True,
    )
    default_area = models.CharField(
        _("where they come, when the file does not say"),
        max_length=10,
        choices=Area.choices,
        blank=True,
    )
    admission_note = models.CharField(
        _("admit those without a legal title, for this reason"),
        max_length=250,
        blank=True,
        help_text=_("Left empty, structures without a legal title are kept but not shown to the public."),
    )

    class Meta:
        verbose_name = _("census import")
        verbose_name_plural = _("census imports")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name


class CensusLine(models.Model):
    """One structure of the file, with all its rows."""

    class Status(models.TextChoices):
        UNREAD = "unread", _("not compared yet")
        FAULTY = "faulty", _("to be mended")
        DOUBT = "doubt", _("to be decided")
        NEW = "new", _("new")
        UPDATE = "update", _("updated")
        SAME = "same", _("unchanged")
        SKIPPED = "skipped", _("left out")

    census = models.ForeignKey(CensusImport, on_delete=models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=150, blank=True)
    record = models.JSONField(default=dict)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.UNREAD)
    # A structure deleted meanwhile leaves its line: it is compared again, never dropped in silence.
    provider = models.ForeignKey(Provider, null=True, on_delete=models.SET_NULL, related_name="+")
    # Keys of the structures it may be, and why; decided by a person.
    candidates = models.JSONField(default=list)
    decision = models.CharField(max_length=24, blank=True)
    changes = models.JSONField(default=list)
    # {"row", "column", "value", "expected"}
    faults = models.JSONField(default=list)
    notices = models.JSONField(default=list)

    class Meta:
        verbose_name = _("line of a census")
        verbose_name_plural = _("lines of a census")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["census", "number"], name="census_line_once")]
        indexes = [models.Index(fields=["census", "status", "number"], name="census_line_status")]

    def __str__(self) -> str:
        return f"{self.number}: {self.name}"
