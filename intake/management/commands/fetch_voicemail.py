"""Fetch the recordings of the answering machine from their mailbox; meant to run every few minutes."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from intake.voicemail.mailbox import TIMEOUT, MailboxError, fetch_all


class Command(BaseCommand):
    help = (
        "Fetch new messages of the answering machine from the mailbox of VOICEMAIL_IMAP_URL. "
        "Safe to run twice, and twice at once; nothing is deleted from the mailbox."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--timeout", type=float, default=TIMEOUT, help="seconds without a word from the server"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.VOICEMAIL_IMAP_URL:
            raise CommandError("Set VOICEMAIL_IMAP_URL, for example imaps://user:password@host/INBOX.")
        # What is kept with a message is read by people.
        with translation.override(settings.LANGUAGE_CODE):
            try:
                done = fetch_all(
                    settings.VOICEMAIL_IMAP_URL, settings.VOICEMAIL_IMAP_MOVE_TO, options["timeout"]
                )
            except MailboxError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.new} new, {done.flagged} of them to be checked; {done.known} known already."
        )
        if done.failed:
            raise CommandError(f"{done.failed} could not be kept and will be tried again.")
