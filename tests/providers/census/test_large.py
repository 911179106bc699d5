"""Long files: 20,000 lines are read, and memory does not grow with them."""

import gc
import tracemalloc

import pytest

from providers.census import analysis, reading
from providers.census.files import open_table
from providers.census.header import find_layout
from providers.models import CensusImport

from .sheets import csv_file, nobody, ods_file, xlsx_file

pytestmark = pytest.mark.django_db
LONG = "Des mots et des mots. " * 90
HEADINGS = ["Nom", "Commune", "Téléphone", "Présentation"]


def rows(count, words="Des mots et des mots. " * 5):
    yield HEADINGS
    for n in range(count):
        yield [f"Structure {n:05}", "Le Blanc", f"02{61_000_000 + n}", words]


def received(path):
    table = open_table(path)
    layout = find_layout(table)
    return table, CensusImport.objects.create(
        sheet=layout.sheet,
        header_row=layout.header_row,
        mapping=layout.mapping,
        default_legal_form="association",
    )


@pytest.mark.parametrize("write", [csv_file, xlsx_file, ods_file])
def test_rows_of_a_file_are_read_one_by_one(tmp_path, write):
    def peak(count):
        path = write(tmp_path / f"{count}", rows(count, LONG))
        gc.collect()
        tracemalloc.start()
        table = open_table(path)
        assert sum(1 for _row in table.rows(table.sheets[0])) == count + 1
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    grown = peak(5_000) - peak(1_000)
    assert grown < 4_000 * len(LONG) / 2, "the rows are held"


def test_lines_are_written_and_compared_by_chunks(towns, services, tmp_path):
    def peak(count):
        table, census = received(csv_file(tmp_path / f"{count}.csv", rows(count)))
        gc.collect()
        tracemalloc.start()
        reading.read_lines(census, table, nobody)
        analysis.compare_all(census, nobody)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert census.lines.count() == count
        return size

    small, large = peak(520), peak(1_560)
    assert large < 1.5 * small


def test_20000_lines(towns, services, tmp_path):
    told = []
    table, census = received(csv_file(tmp_path / "x.csv", rows(20_000), encoding="cp1252"))
    reading.read_lines(census, table, lambda done, total: told.append(done))
    assert census.lines.count() == 20_000
    assert told == list(range(200, 20_001, 200))
