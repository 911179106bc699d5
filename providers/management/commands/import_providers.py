"""Bring in a census from a spreadsheet."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from providers.census.apply import PlanChangedError, apply
from providers.census.columns import recognised
from providers.census.faults import FileError
from providers.census.fields import BY_KEY
from providers.census.plan import Action, Change, Options, Survey, open_census
from providers.census.reading import open_spreadsheet

EVERY = 500  # lines between two words of progress


class Command(BaseCommand):
    help = (
        "Brings in structures from a CSV, XLSX or ODS file as people keep it: known ones are updated, "
        "others created. Every bad line is named, and either all of the file goes in or none of it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument("--sheet", default="", metavar="NAME", help="sheet to read (by default the one with the headings)")
        parser.add_argument(
            "--columns", default="", metavar='"Colonne=champ,…"', help="what columns hold, by heading or letter: B=name,Contact=phone"
        )
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--publish", action="store_true", default=True, help="new structures are public at once (default)")
        state.add_argument("--drafts", action="store_false", dest="publish", help="new structures stay drafts")
        parser.add_argument(
            "--doubtful", choices=["new", "update", "skip"], default="", help="what to do with likely doubles; named as faults otherwise"
        )
        parser.add_argument("--clear", action="store_true", help="empty cells erase what is known")
        parser.add_argument("--user", default="", metavar="USERNAME", help="who stands in the history of the listings")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        user = self._user(options["user"])
        try:
            source = open_spreadsheet(Path(options["file"]))
            taken = Options(clear=options["clear"], publish=options["publish"], doubtful=options["doubtful"] or "")
            census = open_census(source, taken, options["sheet"] or "", _by_hand(options["columns"] or ""))
            survey = census.survey(self._progress(_("Lines read: %(count)d")))
            self._tell(survey)
            self._refuse(survey)
            if options["dry_run"]:
                self._say(_("Nothing was changed: this was a trial."))
                return
            if survey.writes:
                apply(census, survey.fingerprint, user, self._progress(_("Structures written: %(count)d")))
        except FileError as error:
            raise CommandError(str(error)) from error
        except PlanChangedError as error:
            raise CommandError(_("Nothing was changed: the structures were changed meanwhile. Run it again.")) from error
        self._say(_("Done: %(created)d structures created, %(updated)d updated.") % _numbers(survey))

    def _user(self, name: str) -> Any:
        if not name:
            return None
        model = get_user_model()
        user = model.objects.filter(**{model.USERNAME_FIELD: name}).first()
        if user is None:
            raise CommandError(_("There is no user called “%(name)s”.") % {"name": name})
        return user

    def _progress(self, wording: str) -> Any:
        reached = [EVERY]

        def report(count: int) -> None:
            if count >= reached[0]:
                reached[0] = count - count % EVERY + EVERY
                self._say(wording % {"count": count})

        return report

    def _tell(self, survey: Survey) -> None:
        for warning in survey.warnings:
            self._say(str(warning), self.style.WARNING)
        if self.verbosity > 1:
            for action in (Action.CREATE, Action.UPDATE):
                for change in survey.changes.get(action, []):
                    self._tell_change(change)
        self._say(
            _("To create: %(created)d. To update: %(updated)d. Unchanged: %(same)d. Left out: %(skipped)d.")
            % _numbers(survey)
        )

    def _tell_change(self, change: Change) -> None:
        if change.action == Action.CREATE:
            self._say(_("Line %(line)d: new structure “%(name)s”.") % {"line": change.line, "name": change.name})
            return
        self._say(_("Line %(line)d: “%(name)s” changes.") % {"line": change.line, "name": change.name})
        for difference in change.differences:
            self._say(f"    {difference.heading}: {difference.before or '–'} → {difference.after or '–'}")

    def _refuse(self, survey: Survey) -> None:
        for fault in survey.faults:
            self.stderr.write(self.style.ERROR(str(fault)))
        for change in survey.doubts:
            if change.action != Action.ASK:
                continue
            names = "; ".join(f"{row.name}, {row.commune} ({row.reason})" for row in change.candidates)
            text = _("Line %(line)d: is “%(name)s” already known as %(names)s? Say so with --doubtful new, update or skip.")
            self.stderr.write(self.style.ERROR(text % {"line": change.line, "name": change.name, "names": names}))
        count = survey.fault_count + survey.counts[Action.ASK]
        if count:
            raise CommandError(
                ngettext(
                    "Nothing was changed: %(count)d fault, named above.",
                    "Nothing was changed: %(count)d faults, named above.",
                    count,
                )
                % {"count": count}
            )

    def _say(self, text: str, style: Any = None) -> None:
        if self.verbosity:
            self.stdout.write(style(text) if style else text)


def _numbers(survey: Survey) -> dict[str, int]:
    counts = survey.counts
    return {
        "created": counts[Action.CREATE],
        "updated": counts[Action.UPDATE],
        "same": counts[Action.SAME],
        "skipped": counts[Action.SKIP],
    }


def _by_hand(text: str) -> dict[str, str]:
    """Fields by column, from "Contact=phone,B=name"; a heading of the template does for a field."""
    chosen = {}
    for part in text.split(","):
        if not part.strip():
            continue
        column, _equals, said = part.rpartition("=")
        key = said.strip() if said.strip() in BY_KEY else recognised(said)
        if not column.strip() or (said.strip() and not key):
            raise CommandError(
                _("“%(part)s” in --columns: write Column=field, with one of: %(fields)s.")
                % {"part": part.strip(), "fields": ", ".join(BY_KEY)}
            )
        chosen[column.strip()] = key or ""
    return chosen
