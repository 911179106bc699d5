"""The token that every kept page and memo is filed under."""

from __future__ import annotations

import datetime
import threading
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from providers import generation
from providers.generation import cache
from providers.models import Availability, Commune, Coverage, Epci, Offer, PostalCode, Provider
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

committed = pytest.mark.django_db(transaction=True)
ROSNAY = {"siren": "243600343", "name": "CC Cœur de Brenne"}


@pytest.fixture
def changes(transactional_db, django_db_serialized_rollback):
    """``changes(function)``: whether calling it drew a new token."""

    def run(function) -> bool:
        before = generation.current()
        function()
        return generation.current() != before

    return run


@pytest.fixture
def provider(transactional_db, django_db_serialized_rollback):
    return ProviderFactory(
        name="Les Roseaux",
        offers=[ServiceFactory()],
        communes=[CommuneFactory(name="Le Blanc")],
        waiting=True,
    )


def test_stays_while_nothing_changes(changes, provider):
    assert not changes(lambda: list(Provider.objects.all()))
    assert not changes(lambda: list(Provider.objects.raw("SELECT * FROM providers_provider")))


def test_every_way_to_write(changes, provider):
    epci = Epci.objects.create(siren="200035137", name="CC Marche Occitane")
    commune = provider.covers_communes.first()
    ways = {
        "create": lambda: Epci.objects.create(**ROSNAY),
        "save": epci.save,
        "save some": lambda: epci.save(update_fields=["name"]),
        "update": lambda: Epci.objects.filter(pk=epci.pk).update(name="x"),
        "update with an expression": lambda: Commune.objects.update(population=F("population") + 1),
        "get_or_create": lambda: Epci.objects.get_or_create(siren="1", name="y"),
        "bulk_create": lambda: Epci.objects.bulk_create(
            [Epci(siren="2", name="a"), Epci(siren="3", name="b")]
        ),
        "bulk_create, updating": lambda: Epci.objects.bulk_create(
            [Epci(siren="2", name="c")],
            update_conflicts=True,
            unique_fields=["siren"],
            update_fields=["name"],
        ),
        "bulk_create, ignoring": lambda: Epci.objects.bulk_create(
            [Epci(siren="4", name="d")], ignore_conflicts=True
        ),
        "bulk_update": lambda: Epci.objects.bulk_update([epci], ["name"]),
        "many to many, set": lambda: provider.covers_communes.set([CommuneFactory()]) or provider.save(),
        "many to many, through": lambda: Provider.covers_communes.through.objects.all().delete(),
        "children": lambda: Availability.objects.filter(operations=provider.pk).update(note="3 semaines"),
        "delete a row": lambda: commune.postal_codes.first().delete(),
        "delete rows": lambda: Coverage.objects.all().delete(),
        "raw SQL": lambda: execute("UPDATE providers_epci SET name = 'z' WHERE siren = '1'"),
        "raw SQL, on several lines": lambda: execute("\n  update\n\t\"providers_epci\"\nset name = 'é'"),
        "raw SQL, many": lambda: execute_many("UPDATE providers_epci SET name = %s", [["a"], ["b"]]),
        "raw SQL, WITH": lambda: execute(
            "WITH a(s, n) AS (SELECT '5', 'w') INSERT INTO providers_epci (siren, name) SELECT s, n FROM a"
        ),
        "raw SQL, comment first": lambda: execute("/* tidy */ DELETE FROM providers_epci WHERE siren = '5'"),
    }
    assert [name for name, way in ways.items() if not changes(way)] == []


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def execute_many(sql: str, rows: list) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def test_every_table_of_the_project_counts(transactional_db, django_db_serialized_rollback):
    """A model added later changes the token unless its app says otherwise."""
    public = {
        model._meta.db_table
        for app in ("providers", "portal", "intake")
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    }
    # What is being brought in is not there yet; what people report is for staff.
    public -= {"providers_censusimport", "providers_censusline", "providers_errorreport"}
    # Nor is what waits for the park, nor the history of listings.
    public -= {"providers_listingsubmission", "providers_listinglogentry"}
    # Nor who asks to keep a listing, who is invited to, and who has left.
    public -= {"providers_accessrequest", "providers_invitation", "providers_departure"}
    # No public page shows a request, nor a count that has its own delay.
    public -= {
        f"intake_{name}"
        for name in (
            *("servicerequest", "requester", "requestlogentry", "need", "referral", "followup", "unmetcase"),
            *("voicemail", "callbackattempt", "calldraft", "outboxmessage", "duty"),
            *("networkcount", "unansweredsearch", "campaignvisits", "directoryvisits"),
            *("monthlycount", "countedmonth"),
        )
    }
    assert public, "no model found"
    assert [
        table for table in sorted(public) if not generation.counts(f'INSERT INTO "{table}" ("a") VALUES (%s)')
    ] == []
    for table in ("wagtailcore_page", "wagtailcore_site", "wagtailimages_image", "wagtailredirects_redirect"):
        assert generation.counts(f'UPDATE "{table}" SET "title" = %s WHERE "id" = %s')


@pytest.mark.parametrize(
    ("sql", "counts"),
    [
        ('SELECT 1 FROM "providers_epci"', False),
        ("  select 1", False),
        ('SAVEPOINT "s1"', False),
        ("PRAGMA foreign_keys = ON", False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", False),
        ('INSERT INTO "django_session" ("session_key") VALUES (%s)', False),
        ('UPDATE "auth_user" SET "last_login" = %s WHERE "auth_user"."id" = %s', False),
        ("DELETE FROM django_session WHERE expire_date < now();", False),
        ('UPDATE "wagtailcore_page" SET "title" = %s WHERE "id" = %s', True),
        # A draft touches the live row in these columns only.
        (
            'UPDATE "wagtailcore_page" SET "latest_revision_id" = %s, "has_unpublished_changes" = %s WHERE x',
            False,
        ),
        ('UPDATE "wagtailcore_page" SET "latest_revision_id" = %s, "live" = %s WHERE x', True),
        ('UPDATE "a" SET "latest_revision_id" = "title" WHERE x', True),
        ('UPDATE "a" SET "latest_revision_id" = NULL WHERE x', False),
        ('DELETE FROM "wagtailcore_page" WHERE "latest_revision_id" = %s', True),
        ("UPDATE django_session SET a = 1; DELETE FROM providers_epci", True),
        ("SELECT 1; DELETE FROM providers_epci", True),
        ('INSERT OR IGNORE INTO "providers_epci" VALUES (1)', True),
        ('UPDATE ONLY "providers_epci" SET "a" = 1', True),
        ('UPDATE "public"."auth_user" SET "a" = 1', True),
        ('UPDATE "auth_user_x" SET "a" = 1', True),
        ("TRUNCATE providers_epci", True),
        ("TRUNCATE django_session, providers_epci", True),
        ("MERGE INTO providers_epci USING x ON true", True),
        ("COPY providers_epci FROM STDIN", True),
        ("ALTER TABLE providers_epci ADD COLUMN x int", True),
        ("CALL tidy()", True),
        ("-- tidy\nDELETE FROM providers_epci", True),
        ("", True),
    ],
)
def test_which_statements_count(sql, counts):
    assert generation.counts(sql) is counts


def test_quiet_tables_keep_it(changes, provider):
    from django.contrib.sessions.models import Session

    user = UserFactory()
    later = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
    assert not changes(lambda: Session.objects.create(session_key="a", session_data="b", expire_date=later))
    assert not changes(lambda: user.save(update_fields=["last_login"]))
    assert not changes(provider.save_revision), "a draft is not public"
    assert changes(provider.get_latest_revision().publish)


def test_an_app_may_declare_its_own_quiet_tables(monkeypatch):
    monkeypatch.setattr(generation, "_quiet_tables", set(generation._quiet_tables))
    assert generation.counts('INSERT INTO "intake_outbox" ("a") VALUES (%s)')
    generation.keep_quiet("intake_outbox")
    assert not generation.counts('INSERT INTO "intake_outbox" ("a") VALUES (%s)')


@committed
def test_changes_after_the_commit_not_before():
    before = generation.current()
    with transaction.atomic():
        Epci.objects.create(**ROSNAY)
        with transaction.atomic():
            Epci.objects.update(name="x")
        assert generation.current() == before
        assert generation.uncommitted()
    assert generation.current() != before
    assert not generation.uncommitted()


@committed
def test_two_transactions_in_a_row_both_count():
    tokens = {generation.current()}
    for number in range(3):
        with transaction.atomic():
            Epci.objects.create(siren=str(number), name="x")
        tokens.add(generation.current())
    assert len(tokens) == 4


@committed
def test_a_transaction_draws_once():
    drawn = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generation, "_draw", lambda: drawn.append(1))
        with transaction.atomic():
            for number in range(20):
                Epci.objects.create(siren=str(number), name="x")
    assert drawn == [1]


@committed
def test_a_rollback_keeps_it():
    before = generation.current()
    with pytest.raises(RuntimeError), transaction.atomic():
        Epci.objects.create(**ROSNAY)
        raise RuntimeError
    assert generation.current() == before
    assert not generation.uncommitted()
    with transaction.atomic():
        Epci.objects.create(**ROSNAY)
    assert generation.current() != before, "the write after a rollback counts"


@committed
def test_a_rollback_to_a_savepoint_does_not_hide_what_was_written_around_it():
    before = generation.current()
    with transaction.atomic():
        with pytest.raises(RuntimeError), transaction.atomic():
            Epci.objects.create(**ROSNAY)
            raise RuntimeError
        assert not generation.uncommitted()
        Epci.objects.create(**ROSNAY)
        assert generation.uncommitted()
    assert generation.current() != before


@committed
def test_a_failed_statement_keeps_it():
    from django.db import IntegrityError

    Epci.objects.create(**ROSNAY)
    before = generation.current()
    with pytest.raises(IntegrityError):
        Epci.objects.create(**ROSNAY)
    assert generation.current() == before


@committed
def test_another_thread_sees_the_rows_once_it_sees_the_token():
    """Nobody may file old rows under the new token."""
    before = generation.current()
    seen = []

    def look():
        from django.db import connection as own

        seen.append((generation.current() == before, Epci.objects.count()))
        own.close()

    with transaction.atomic():
        Epci.objects.create(**ROSNAY)
        if connection.vendor != "sqlite":  # there, threads of the tests share one connection
            threading.Thread(target=look).start()
            while not seen:
                pass
    if seen:
        assert seen == [(True, 0)]
    assert generation.current() != before


@committed
def test_a_row_that_returns_its_key_counts_once_more_when_it_is_really_there():
    """SQLite commits INSERT … RETURNING when its row has been read, after the first draw."""
    Epci.objects.create(**ROSNAY)
    if connection.vendor == "sqlite":
        assert generation._state["late"]
    token = generation.current()
    assert not generation._state["late"]
    assert generation.current() == token


@committed
def test_the_result_of_a_memo_follows_the_rows():
    calls = []

    @generation.per_generation
    def names(*ignored) -> list[str]:
        calls.append(ignored)
        return list(Epci.objects.values_list("name", flat=True))

    assert names() == [] == names()
    assert len(calls) == 1
    Epci.objects.create(**ROSNAY)
    assert names() == ["CC Cœur de Brenne"] == names()
    assert len(calls) == 2
    with transaction.atomic():
        Epci.objects.update(name="x")
        assert names() == ["x"], "the transaction sees what it wrote"
        transaction.set_rollback(True)
    assert names() == ["CC Cœur de Brenne"], "what was rolled back was not remembered"


@committed
def test_a_memo_does_not_outlive_a_lost_draw():
    """A process killed after its commit draws nothing: the others find out by time."""

    @generation.per_generation
    def count() -> int:
        return Epci.objects.count()

    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generation, "time", SimpleNamespace(monotonic=lambda: now[0]))
        assert count() == 0
        with pytest.MonkeyPatch.context() as killed:
            killed.setattr(generation, "bump", lambda: None)
            Epci.objects.create(**ROSNAY)
        generation._state["late"] = False
        assert count() == 0
        now[0] += generation.MEMO_SECONDS
        assert count() == 1


def test_a_memo_is_bounded(db):
    @generation.per_generation
    def double(number: int) -> int:
        return 2 * number

    for number in range(3 * generation.MEMO_SIZE):
        assert double(number) == 2 * number
    assert max(map(len, generation._memos)) <= generation.MEMO_SIZE


@committed
def test_a_cache_that_fails_breaks_neither_reading_nor_writing(settings, caplog):
    working = settings.CACHES
    before = generation.current()

    @generation.per_generation
    def count() -> int:
        return Epci.objects.count()

    assert count() == 0
    settings.CACHES = working | {
        "shared": {"BACKEND": "tests.portal.failing_cache.FailingCache", "LOCATION": ""}
    }
    Epci.objects.create(**ROSNAY)
    assert generation.shared_token() is None
    assert generation.current() != generation.current(), "nothing can be recalled"
    assert count() == 1
    assert len(caplog.records) == 1
    settings.CACHES = working
    assert generation.current() != before, "the draw is made up for"
    assert not generation._state["owed"]
    assert generation.current() == generation.current()


def test_a_cache_emptied_by_hand_starts_anew(db):
    before = generation.current()
    cache.clear()
    assert generation.current() != before


def test_the_watch_adds_no_query(db):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        PostalCode.objects.filter(code="0").update(code="1")
    assert len(queries) == 1


def test_inside_a_test_what_is_written_is_seen_then_committed_on_demand(db, commit):
    @generation.per_generation
    def names() -> list[str]:
        return list(Offer.objects.values_list("service__name", flat=True))

    assert names() == []
    before = generation.current()
    ProviderFactory(offers=[ServiceFactory(name="Ménage")])
    assert names() == ["Ménage"]
    assert generation.uncommitted() and generation.current() == before
    commit()
    assert not generation.uncommitted() and generation.current() != before
