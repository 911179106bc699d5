"""A log of any size, invented and written as fast as the database takes it: ten years, skewed as true ones are."""

from __future__ import annotations

import datetime
import random
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from intake.models import Campaign, HeardFrom, Need, Referral, ServiceRequest, Voicemail
from intake.requests.reasons import Channel, RequesterKind
from providers.models import Commune, Provider, Service

YEARS = 10
CHUNK = 20_000
INVENTED = 100_000  # needs invented one by one; beyond, they are copied
OUTCOMES = (
    ("directed", "met", 45),
    ("directed", "not_known", 30),
    ("directed", "directed", 12),
    ("directed", "unmet", 6),
    ("unmet", "unmet", 5),
    ("pending", "open", 2),
)


def fill(needs: int) -> None:
    """Add requests of one need each until the base holds *needs* needs."""
    missing = min(needs, INVENTED) - Need.objects.count()
    for start in range(0, missing, CHUNK):
        _chunk(min(CHUNK, missing - start), random.Random(start))
    while (missing := needs - Need.objects.count()) > 0:
        _copy(missing)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in (ServiceRequest, Need, Referral, Voicemail):
                table = model._meta.db_table
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


# Of each table: what a copy does not keep, as an expression of the row copied.
_SHIFTED = {
    ServiceRequest: {"id": "id + %(by)s", "reference": "'C' || (id + %(by)s)", "entry_key": "NULL"},
    Need: {"id": "id + %(by)s", "request_id": "request_id + %(by)s"},
    Referral: {"id": "id + %(by)s", "need_id": "need_id + %(by)s"},
    Voicemail: {"id": "id + %(by)s", "message_key": "NULL", "request_id": "NULL"},
}


def _copy(most: int) -> None:
    """Double the log, adding *most* needs at most: the same moments, places and answers once more."""
    by = max(_next(model) for model in _SHIFTED)
    needs = f"SELECT id, request_id FROM intake_need ORDER BY id LIMIT {most}"
    within = {
        ServiceRequest: f"id IN (SELECT request_id FROM ({needs}) chosen)",
        Need: f"id IN (SELECT id FROM ({needs}) chosen)",
        Referral: f"need_id IN (SELECT id FROM ({needs}) chosen)",
        Voicemail: "1 = 1",
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # What is copied is chosen before anything is added: needs last.
        for model in (ServiceRequest, Voicemail, Need, Referral):
            names = [field.column for field in model._meta.concrete_fields]
            values = ", ".join((_SHIFTED[model].get(name) or f'"{name}"') % {"by": by} for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            table = model._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE {within[model]}"
            )


def _next(model: Any) -> int:
    return (model.objects.aggregate(m=Max("pk"))["m"] or 0) + 1


def _chunk(count: int, draw: random.Random) -> None:
    communes = list(Commune.objects.of_territory().values_list("pk", "population"))
    services = list(Service.objects.current().order_by("pk").values_list("pk", flat=True))
    heard = [None, *HeardFrom.objects.values_list("pk", flat=True)]
    campaigns = [None, None, None, *Campaign.objects.values_list("pk", flat=True)]
    providers = list(Provider.objects.values_list("pk", flat=True))
    places = draw.choices([pk for pk, _p in communes], [people or 1 for _pk, people in communes], k=count)
    wanted = draw.choices(services, [1 / (rank + 1) for rank in range(len(services))], k=count)
    channels = draw.choices(Channel.values, [58, 13, 16, 8, 2, 3], k=count)
    kinds = draw.choices([*RequesterKind.values, ""], [60, 24, 3, 4, 3, 6, 5], k=count)
    fates = draw.choices(OUTCOMES, [weight for *_f, weight in OUTCOMES], k=count)
    now = timezone.now()
    moments = [now - datetime.timedelta(seconds=draw.randrange(YEARS * 365 * 86_400)) for _ in range(count)]
    request, need, referral = _next(ServiceRequest), _next(Need), _next(Referral)
    requests, needs, referrals, messages = [], [], [], []
    for place in range(count):
        at, (outcome, status, _weight) = moments[place], fates[place]
        pk = request + place
        closed = at if status in ("met", "not_known") else None
        requests.append(
            ServiceRequest(
                pk=pk,
                reference=f"B{pk}",
                channel=channels[place],
                kind=kinds[place],
                heard_from_id=draw.choice(heard),
                campaign_id=draw.choice(campaigns),
                received_at=at,
                created_at=at,
                last_activity_at=at,
                status="closed" if closed else "waiting",
                closed_at=closed,
                invented=True,
            )
        )
        needs.append(
            Need(
                pk=need + place,
                request_id=pk,
                service_id=wanted[place],
                commune_id=places[place],
                contact_outcome=outcome,
                status=status,
                status_changed_at=at,
            )
        )
        if outcome == "directed":
            for rank, provider in enumerate(draw.sample(providers, 2), start=1):
                referrals.append(
                    Referral(
                        pk=referral + len(referrals),
                        need_id=need + place,
                        provider_id=provider,
                        rank=rank,
                        way="read_out",
                        given_at=at,
                    )
                )
        if channels[place] == "voicemail":
            messages.append(
                Voicemail(
                    received_at=at,
                    created_at=at,
                    state="called_back",
                    done_at=at + datetime.timedelta(minutes=draw.randrange(10, 3000)),
                    invented=True,
                )
            )
    with transaction.atomic():
        for model, rows in (
            (ServiceRequest, requests),
            (Need, needs),
            (Referral, referrals),
            (Voicemail, messages),
        ):
            _insert(model, rows)


def _insert(model: Any, rows: list[Any]) -> None:
    fields = [
        field for field in model._meta.concrete_fields if not (field.primary_key and model is Voicemail)
    ]
    names = ", ".join(f'"{field.column}"' for field in fields)

    def values() -> Iterator[list[Any]]:
        for row in rows:
            yield [field.get_db_prep_save(field.value_from_object(row), connection) for field in fields]

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
                for line in values():
                    copy.write_row(line)
        else:
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', list(values())
            )
