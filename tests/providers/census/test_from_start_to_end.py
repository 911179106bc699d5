"""A spreadsheet with every fault: the bad lines are named, mended it goes in, exported it changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from providers.census import export
from providers.models import CensusLine, Provider

from . import dirty
from .sheets import WRITERS, bring, faults, lines, put_in, statuses

pytestmark = pytest.mark.django_db
Status = CensusLine.Status


@pytest.fixture(params=WRITERS)
def send(request, tmp_path, towns, services):
    """``send(rows)``: the census of a file of each kind; the CSV is in cp1252."""

    def write(rows):
        path = WRITERS[request.param](tmp_path / f"recensement.{request.param}", rows)
        return bring(path, default_area="territory", admission_note="Réunion du 12 mars")

    return write


def exported(kind: str, folder: Path) -> Path:
    path = folder / f"export.{kind}"
    table = export.rows(Provider.objects.order_by("name", "pk"))
    if kind == "csv":
        path.write_text("".join(export.csv_lines(table)), encoding="utf-8", newline="")
    else:
        with path.open("wb") as stream:
            export.write_xlsx(table, stream)
    return path


def test_three_bad_lines_are_named_and_nothing_changes(send):
    census = send(dirty.rows())
    assert faults(census) == dirty.WRONG
    assert sorted(statuses(census)) == [Status.FAULTY] * 3 + [Status.NEW] * 37
    assert not Provider.objects.exists()


def test_mended_it_goes_in_and_comes_back_to_no_change(send, tmp_path):
    census = send(dirty.rows(mended=True))
    assert statuses(census) == [Status.NEW] * 40
    put_in(census)
    assert Provider.objects.listed().count() == 40
    phones = {str(phone) for phone in Provider.objects.values_list("phone", flat=True)}
    assert phones == {f"+332619130{place:02}" for place in range(40)}
    assert Provider.objects.get(siret=dirty.SIRET).name == "Entre Voisins"
    for kind in ("csv", "xlsx"):
        again = bring(exported(kind, tmp_path))
        assert [(line.name, line.changes) for line in lines(again) if line.status != Status.SAME] == []
        assert len(lines(again)) == 40


def test_the_same_file_twice_changes_nothing_more(send):
    put_in(send(dirty.rows(mended=True)))
    again = send(dirty.rows(mended=True))
    assert statuses(again) == [Status.SAME] * 40
