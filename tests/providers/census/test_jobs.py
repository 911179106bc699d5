"""What the worker does: progress told, a failure said and left whole, the file erased."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from providers.census import application, jobs
from providers.models import CensusImport, Provider

pytestmark = pytest.mark.django_db
State = CensusImport.State
ROW = "Les Joncs;Le Blanc;0261911001;association"
HEADINGS = "Nom;Commune;Téléphone;Statut"
MAPPING = {"name": 0, "commune": 1, "phone": 2, "legal_form": 3}


@pytest.fixture
def sent(towns, services):
    """``sent(text)``: a census whose columns are matched, with its file."""

    def send(*rows, **options):
        census = CensusImport(file_name="x.csv", header_row=1, mapping=MAPPING, **options)
        census.file.save("x.csv", ContentFile("\n".join([HEADINGS, *rows]).encode()))
        return census

    return send


def test_reading_tells_how_far_it_is(sent, monkeypatch):
    told = []
    monkeypatch.setattr(jobs, "report", lambda census: lambda done, total: told.append((done, total)))
    rows = [f"Structure {n:04};Le Blanc;02619{n:05};association" for n in range(450)]
    jobs.start(sent(*rows), State.READING)
    reading = [done for done, total in told if total is None]
    assert reading == [0, 200, 400]
    assert told[-1] == (450, 450)


def test_progress_is_kept_outside_the_transaction(sent):
    census = sent(ROW)
    jobs.report(census)(7, 9)
    assert jobs.progress_of(census)[:2] == (7, 9)
    assert not jobs.is_silent(census)


def test_a_file_that_holds_nothing_is_refused_with_a_message(sent):
    census = sent()
    jobs.start(census, State.READING)
    census.refresh_from_db()
    assert census.state == State.FAILED
    assert "structure" in census.message


def test_a_file_that_is_gone_is_refused_with_a_message(sent):
    census = sent(ROW)
    Path(census.file.path).unlink()
    jobs.start(census, State.READING)
    census.refresh_from_db()
    assert (census.state, bool(census.message)) == (State.FAILED, True)


def test_it_goes_in_and_its_file_is_erased(sent):
    census = sent(ROW)
    path = Path(census.file.path)
    jobs.start(census, State.READING)
    census.refresh_from_db()
    jobs.start(census, State.APPLYING)
    census.refresh_from_db()
    assert (census.state, census.totals["new"]) == (State.DONE, 1)
    assert not census.lines.exists()
    assert not path.exists()


def test_a_failure_nobody_foresaw_is_said_and_changes_nothing(sent, monkeypatch):
    census = sent(ROW)
    jobs.start(census, State.READING)
    census.refresh_from_db()

    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(application, "_create_revisions", fail)
    jobs.start(census, State.APPLYING)
    census.refresh_from_db()
    assert (census.state, bool(census.message)) == (State.READY, True)
    assert not Provider.objects.exists()


def test_what_fails_after_it_went_in_does_not_say_that_nothing_changed(sent, monkeypatch):
    census = sent(ROW)
    jobs.start(census, State.READING)
    census.refresh_from_db()

    def fail(*args):
        raise ZeroDivisionError

    monkeypatch.setattr(application.ReferenceIndex, "create_or_update_for_object", fail)
    jobs.start(census, State.APPLYING)
    census.refresh_from_db()
    assert (census.state, census.message) == (State.DONE, "")


def test_a_late_job_finds_nothing_to_do(sent):
    census = sent(ROW)
    jobs.start(census, State.READING)
    census.refresh_from_db()
    jobs.run.call(census.pk, State.READING, None)
    assert census.lines.count() == 1
    jobs.run.call(census.pk + 1, State.APPLYING, None)
