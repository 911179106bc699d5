"""Prepare the demonstration and serve it."""

import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from intake.observatory.closing import close_years
from intake.observatory.months import close_months
from portal.demo import (
    access,
    accounts,
    agenda,
    evaluations,
    group,
    observatory,
    requests,
    site,
    structures,
    submissions,
    visits,
)
from portal.models import HomePage
from portal.roles import role_name
from providers.models import Commune


class Command(BaseCommand):
    help = "Fills an empty base with the demonstration (again without harm), then serves it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--no-serve", action="store_true", help="prepare only")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Set DEMO=true: the demonstration fills the base with invented structures.")
        with translation.override(settings.LANGUAGE_CODE):
            self._prepare(options["port"])
        if not options["no_serve"]:
            self._serve(options["port"])

    def _step(self, text: str) -> None:
        self.stdout.write(f"  {text}", ending="\n")
        self.stdout.flush()

    def _prepare(self, port: int) -> None:
        self._step(_("Preparing the database…"))
        call_command("migrate", verbosity=0, interactive=False)
        if not Commune.objects.of_territory().exists():
            self._step(_("Loading the communes…"))
            call_command("load_territory", verbosity=0)
        self._step(_("Loading the services…"))
        call_command("load_nomenclature", verbosity=0)
        self._step(_("Inventing the structures…"))
        structures.load_structures()
        self._step(_("Writing the pages…"))
        site.load_settings()
        site.load_pages(settings.WAGTAIL_SITE_NAME, port)
        agenda.load_agenda()
        agenda.load_jobs()
        home = HomePage.objects.get()
        group.load_group(home)
        evaluations.load_evaluations(home)
        observatory.load_observatory(home)
        known = accounts.load_accounts()
        submissions.load_submissions()
        access.load_access()
        self._step(_("Inventing the requests…"))
        requests.load_requests()
        visits.load_visits()
        close_years()
        close_months()
        call_command("update_index", verbosity=0)
        self.stdout.write("")
        self.stdout.write(self.style.SUCCESS(f"  http://127.0.0.1:{port}/"))
        self.stdout.write(
            f"  http://127.0.0.1:{port}{settings.ADMIN_PATH}   " + _("password: %s") % accounts.password()
        )
        for account in known:
            role = role_name(account.role) if account.role else _("Administrator")
            self.stdout.write(
                f"    {account.username:<14} {role}" + (f" – {account.first_name}" if account.manages else "")
            )
        if settings.EMAIL_FILE_PATH:
            self.stdout.write("  " + _("E-mails are written to %s") % settings.EMAIL_FILE_PATH)
        self.stdout.write("")

    def _serve(self, port: int) -> None:
        workers = str(min(4, os.cpu_count() or 1))
        self.stdout.flush()
        workers_beside = [
            subprocess.Popen([sys.executable, "manage.py", *command], cwd=settings.BASE_DIR)
            for command in (
                ["db_worker", "--backend", "portal", "--no-reload", "-v", "0"],
                ["run_duties", "--loop"],
            )
        ]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                "portal.wsgi",
                "--bind",
                f"127.0.0.1:{port}",
                "--workers",
                workers,
                "--no-control-socket",
            ],
            cwd=settings.BASE_DIR,
        )
        self._wait(server, workers_beside)

    def _wait(self, server: subprocess.Popen[bytes], beside: list[subprocess.Popen[bytes]]) -> None:
        """Until the server ends; whatever ends it ends the workers too."""

        def stop(signum: int, frame: Any) -> None:
            server.terminate()

        signal.signal(signal.SIGTERM, stop)
        # A terminal tells all of them of Ctrl+C: the children end by themselves.
        signal.signal(signal.SIGINT, stop)
        try:
            code = server.wait()
        finally:
            for worker in beside:
                worker.terminate()
            for worker in beside:
                try:
                    worker.wait(timeout=10)
                except subprocess.TimeoutExpired:
                    worker.kill()
        if code > 0:
            sys.exit(code)
