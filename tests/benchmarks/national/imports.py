"""A census of thousands of new structures, brought in whole and taken out again."""

import csv
import hashlib
import tempfile
from pathlib import Path

from django.db import transaction

from providers.census import analysis, application, reading
from providers.census.files import open_table
from providers.census.header import find_layout
from providers.models import CensusImport, CensusLine, Commune, Service

LINES = 5_000
NEAR = 5  # communes where each comes


def write_census(path: Path, count: int) -> None:
    """*count* invented structures in the communes that both bases hold, each unlike any other."""
    communes = list(
        Commune.objects.filter(insee_code__startswith="36", in_territory=True)
        .order_by("insee_code")
        .values_list("name", "insee_code")[:40]
    )
    services = list(Service.objects.current().values_list("name", flat=True))
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["Nom", "Statut", "Commune", "Code INSEE", "Courriel", "Activités", "Zone", "Titre"])
        for number in range(count):
            around = [communes[(number + step) % len(communes)] for step in range(NEAR)]
            writer.writerow(
                [
                    # Letters that differ: names alike would be asked about.
                    f"{_word(number)} {_word(-number - 1)}",
                    "association",
                    *around[0],
                    f"essai-{number}@recensement.example",
                    f"{services[number % len(services)]} ; {services[(number + 7) % len(services)]}",
                    " ; ".join(code for _name, code in around),
                    "déclaration",
                ]
            )


def _word(number: int) -> str:
    """Ten letters that look like no other number's."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()[:10]
    return digest.translate(str.maketrans("0123456789", "ghijklmnop"))


def import_lines(count: int) -> int:
    """Bring in *count* lines; returns how many structures came of it. The base stays as it was."""

    def silent(done: int, total: int | None) -> None:
        pass

    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "census.csv"
        write_census(path, count)
        table = open_table(path)
        layout = find_layout(table)
        census = CensusImport.objects.create(
            file_name=path.name,
            state=CensusImport.State.READY,
            sheet=layout.sheet,
            header_row=layout.header_row,
            mapping=layout.mapping,
        )
        reading.read_lines(census, table, silent)
        analysis.compare_all(census, silent)
        stuck = census.lines.exclude(status=CensusLine.Status.NEW).first()
        assert stuck is None, (stuck.number, stuck.status, stuck.faults, stuck.candidates)
        application.apply(census, None, silent)
        created = census.totals[CensusLine.Status.NEW]
        transaction.set_rollback(True)
    return created
