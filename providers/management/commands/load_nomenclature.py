"""Seed the families and services."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from providers.nomenclature import load_nomenclature


class Command(BaseCommand):
    help = "Adds the families and services that are missing; keeps what staff have edited."

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_nomenclature()
        if options["verbosity"]:
            self.stdout.write(_("Services added: %(count)s.") % {"count": added})
