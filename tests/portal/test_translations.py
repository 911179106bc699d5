"""The French catalogue: every text of the code, translated and compiled."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "portal/locale/fr/LC_MESSAGES/django.po"
Key = tuple[str, str, str]


def key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE))


@pytest.fixture(scope="module")
def found_in_the_code(tmp_path_factory) -> set[Key]:
    """What ``make messages`` finds, gathered into a directory of its own."""
    if not shutil.which("xgettext"):
        if os.environ.get("CI") == "true":
            pytest.fail("gettext is not installed")
        pytest.skip("gettext is not installed")
    copy = tmp_path_factory.mktemp("code")
    for name in ("portal", "providers", "intake", "templates"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    (copy / "locale").mkdir()
    here = Path.cwd()
    try:
        os.chdir(copy)
        call_command("makemessages", locale=["fr"], verbosity=0, no_wrap=True)
    finally:
        os.chdir(here)
    found = {key(entry) for entry in polib.pofile(str(next(copy.rglob("*.po"))))}
    assert len(found) > 100
    return found


def test_nothing_in_the_code_is_left_out(catalogue, found_in_the_code):
    translated = {key(entry) for entry in catalogue if entry.translated() and not entry.obsolete}
    assert sorted(found_in_the_code - translated) == []


def test_nothing_is_unfinished_or_doubtful(catalogue):
    unfinished = [entry.msgid for entry in catalogue if not entry.obsolete and not entry.translated()]
    assert unfinished == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []


def test_placeholders_survive_translation(catalogue):
    def placeholders(text: str) -> set[str]:
        return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))

    wrong = []
    for entry in catalogue:
        allowed = placeholders(entry.msgid) | placeholders(entry.msgid_plural or "")
        for text in texts(entry):
            # A singular may say "one" instead of the number; nothing may be invented.
            missing = placeholders(entry.msgid) - placeholders(text)
            if not placeholders(text) <= allowed or (missing and not entry.msgid_plural):
                wrong.append((entry.msgid, text))
    assert wrong == []


def test_what_is_compiled_is_what_is_written(catalogue):
    compiled = {key(entry): texts(entry) for entry in polib.mofile(str(CATALOGUE.with_suffix(".mo")))}
    written = {key(entry): texts(entry) for entry in catalogue if not entry.obsolete}
    assert compiled == written
