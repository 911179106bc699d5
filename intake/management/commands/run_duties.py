"""Do what is due in the background: e-mails, follow-ups, digest, erasure."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import translation

from intake.duties import run_due

PAUSE = 20  # seconds


class Command(BaseCommand):
    help = "Does one pass of the background duties; with --loop, one every 20 seconds until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until SIGTERM")
        parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two passes")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if options["loop"]:
            # A pass that has begun is finished: nothing is left half sent.
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_args: stop.set())
        with translation.override(settings.LANGUAGE_CODE):
            while True:
                done = run_due()
                if options["verbosity"] > 1:
                    self.stdout.write(" ".join(done))
                if not options["loop"]:
                    return
                # A base that went away is found again at the next pass.
                close_old_connections()
                if stop.wait(options["pause"]):
                    return
