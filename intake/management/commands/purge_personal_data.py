"""Erase the personal data whose time is over, and say what was erased."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from intake.personal_data.retention import purge


class Command(BaseCommand):
    help = "Erases the personal data whose time is over; with --dry-run, only says how many."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="erase nothing, say how many")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        with translation.override(settings.LANGUAGE_CODE):
            report = purge(dry_run=dry_run)
            self.stdout.write(_("To be erased:") if dry_run else _("Erased:"))
            for row in report:
                self.stdout.write(f"{row.count:>8}  {row.rule.words}")
                if row.problem:
                    self.stdout.write(self.style.ERROR(f"          {row.problem}"))
            if any(row.problem for row in report):
                raise CommandError(_("Some of it could not be erased: see above. Run it again."))
