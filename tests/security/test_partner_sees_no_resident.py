"""A partner and an institution see nothing of any resident, whatever address they try.

Every address of the site is taken from the resolver, its blanks filled in with
the keys of rows that exist, and asked for by GET and by POST. Every field that
can hold words about a person holds a marker; no answer may hold one, page,
export or spreadsheet. A screen that is added is walked without anybody's help;
a model that is added must be given a row below, or a test fails.
"""

from __future__ import annotations

import copy
import datetime
import io
import logging
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection, models, transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from django.utils import timezone

from intake.models import (
    CallbackAttempt,
    CallDraft,
    FollowUp,
    Need,
    OutboxMessage,
    Referral,
    Requester,
    RequestLogEntry,
    ServiceRequest,
    UnmetCase,
    Voicemail,
)
from intake.viewsets.requests import RequestViewSet
from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, role_name
from portal.urls import urlpatterns as real_urlpatterns
from providers.models import Manager
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db

# The same key for every row of every model: each address meets a row it is about.
KEY = 7_654_321
MARKER = "zqxw"
PHONE = "+33261919987"
PHONE_SHOWN = re.compile(rb"61[^0-9<>]{0,6}91[^0-9<>]{0,6}99[^0-9<>]{0,6}87")
# Models that hold nothing of anybody who asks.
PUBLIC = {
    "budgetline",
    "campaign",
    "campaignvisits",
    "countedmonth",
    "directoryvisits",
    "duty",
    "evaluationindexpage",
    "evaluationpage",
    "funder",
    "heardfrom",
    "hotline",
    "hotlineclosure",
    "institution",
    "intakesettings",
    "monthlycount",
    "networkcount",
    "observatorypage",
    "publishedmonths",
    "publishedyear",
    "requestformpage",
    "unansweredsearch",
}
# Text that is made by the portal, not typed by or about anybody.
MADE = {
    "action",
    "audio_type",
    "doubts",
    "entry_digest",
    "entry_key",
    "key",
    "kind",
    "label",
    "message_id",
    "message_key",
    "reference",
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of pages that are not found are what is wanted, and need not be told."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def text_fields(model: type[models.Model]) -> list[Any]:
    """Fields of *model* that may hold what somebody typed."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField, models.JSONField))
        and not isinstance(field, models.FileField)
        and not field.choices
        and not field.primary_key
        and field.name not in MADE
    ]


def personal_models() -> list[type[models.Model]]:
    return [
        model for model in apps.get_app_config("intake").get_models() if model._meta.model_name not in PUBLIC
    ]


def mark(model: type[models.Model]) -> None:
    """Put a marker into every field of *model* that can hold one."""
    for number, field in enumerate(text_fields(model)):
        word = f"{MARKER}{number}{field.name}".replace("_", "")[: field.max_length or 200]
        value: Any = word
        if isinstance(field, models.JSONField):
            value = {"words": word} if field.default is dict else [word]
        elif isinstance(field, models.EmailField):
            value = f"{word}@{MARKER}.example"
        elif type(field).__name__ == "PhoneNumberField":
            value = PHONE
        model._default_manager.update(**{field.name: value})


@pytest.fixture
def resident(commit: Any) -> ServiceRequest:
    """One request with everything that can belong to it, all of its words marked."""
    now = timezone.now()
    commune, service = CommuneFactory(name="Mézières-en-Brenne"), ServiceFactory(name="Ménage")
    provider = ProviderFactory(
        pk=KEY, slug="a-moi", base_commune=commune, communes=[commune], offers=[service]
    )
    operator = UserFactory(groups=[role_name(OPERATORS)])
    request = ServiceRequest.objects.create(
        pk=KEY, reference=str(KEY), channel="voicemail", received_at=now, operator=operator, status="waiting"
    )
    Requester.objects.create(pk=KEY, request=request, consents_to_contact=True)
    need = Need.objects.create(
        pk=KEY,
        request=request,
        service=service,
        commune=commune,
        contact_outcome="directed",
        status="directed",
    )
    Referral.objects.create(
        pk=KEY, need=need, provider=provider, rank=1, way="read_out", given_at=now, given_by=operator
    )
    FollowUp.objects.create(pk=KEY, need=need, due_on=now.date() - datetime.timedelta(days=1))
    UnmetCase.objects.create(pk=KEY, need=need, stage="follow_up", reason="other", opened_at=now)
    message = Voicemail(pk=KEY, received_at=now, request=request)
    message.audio.save("x", ContentFile(MARKER.encode() * 20), save=False)
    message.original.save("x", ContentFile(MARKER.encode() * 20), save=False)
    message.save()
    CallbackAttempt.objects.create(pk=KEY, voicemail=message, at=now, result="busy")
    OutboxMessage.objects.create(pk=KEY, message_id="<x@x>", request=request, send_after=now)
    CallDraft.objects.create(user=operator, started_at=now)
    RequestLogEntry.objects.create(
        pk=KEY,
        request=request,
        content_type=ContentType.objects.get_for_model(request),
        label="76 54 32 1",
        action="intake.record",
        timestamp=now,
        user=operator,
    )
    for model in personal_models():
        mark(model)
    commit()
    return request


def test_every_model_that_may_hold_words_of_a_person_is_in_the_walk(resident: ServiceRequest) -> None:
    """A new model fails here: give it a row above, or name it in PUBLIC."""
    empty = [model.__name__ for model in personal_models() if not model._default_manager.exists()]
    assert empty == []


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """The patterns of all addresses, as regular expressions without anchors."""
    for pattern in patterns:
        text = before + pattern.pattern.regex.pattern.lstrip("^").replace(r"\Z", "").replace("$", "")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, text)
        elif isinstance(pattern, URLPattern):
            yield text


def candidates(group: str) -> list[str]:
    """What the blank called *group* may be filled in with."""
    words = {
        "app_label": ["intake"],
        "app_name": ["intake"],
        "model_name": [model._meta.model_name for model in personal_models()],
        "content_type_app_name": ["intake"],
        "content_type_model_name": [model._meta.model_name for model in personal_models()],
        "content_type_id": [str(ContentType.objects.get_for_model(ServiceRequest).pk)],
        "action": ["delete", "set-aside", "export"],
        "reference": [str(KEY)],
        "slug": ["a-moi", "menage", "mezieres-en-brenne"],
        "path": ["voicemail/x"],
        "key": [str(CallDraft.objects.values_list("pk", flat=True)[0]), str(KEY)],
        "uuid": [str(CallDraft.objects.values_list("pk", flat=True)[0])],
        "service_slug": ["menage"],
        "commune_slug": ["mezieres-en-brenne"],
    }
    draft = CallDraft.objects.values_list("pk", flat=True)[0]
    return words.get(group, [str(KEY), str(draft)] if "draft" in group else [str(KEY)])


GROUP = re.compile(r"\(\?P<(\w+)>((?:[^()\[\]]|\[[^\]]*\]|\((?:[^()]|\([^()]*\))*\))*)\)|\((?!\?)([^()]*)\)")


def filled(pattern: str) -> list[str]:
    """Addresses that *pattern* matches, one per way of filling in its blanks."""
    found = [pattern]
    while any(GROUP.search(text) for text in found):
        found = [
            text[: match.start()] + value + text[match.end() :]
            for text in found
            if (match := GROUP.search(text))
            for value in candidates(match[1] or "")
        ]
    plain = (re.sub(r"\(\?:([^()|]*)[^()]*\)\??", r"\1", text) for text in found)
    return ["/" + re.sub(r"\\(.)", r"\1", text).replace("?", "") for text in plain]


# Wagtail's public pages by their address, and the admin's page for what is not found.
CATCH_ALL = ("/([", f"{settings.ADMIN_PATH}.*")


def walk() -> list[str]:
    """Every address of the site, filled in."""
    known = [address for pattern in addresses(get_resolver().url_patterns) for address in filled(pattern)]
    return sorted({address for address in known if not address.startswith(CATCH_ALL)})


def words_of(response: HttpResponseBase) -> bytes:
    """All that an answer says, spreadsheets unpacked, addresses of redirects included."""
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body + str(response.headers).encode()


def tells(response: HttpResponseBase) -> bool:
    said = words_of(response)
    return MARKER.encode() in said.lower() or bool(PHONE_SHOWN.search(said))


class Visit:
    """One account trying every address; each request is undone, so that none spoils the next."""

    def __init__(self, user: Any) -> None:
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user)
        self.leaks: list[str] = []
        self.changes: list[str] = []
        self.answers = 0

    def ask(self, method: str, address: str, data: dict[str, Any] | None = None) -> None:
        written: list[str] = []

        def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            if re.match(r'\s*(INSERT INTO|UPDATE|DELETE FROM) "intake_', sql):
                written.append(sql)
            return execute(sql, params, many, context)

        cookies = copy.deepcopy(self.client.cookies)
        with transaction.atomic(), connection.execute_wrapper(watch):
            response = getattr(self.client, method)(address, data or {})
            self.answers += 1
            if tells(response):
                self.leaks.append(f"{method} {address} {data or ''}")
            if written and address.startswith(settings.ADMIN_PATH):
                self.changes.append(f"{method} {address}: {written[0][:80]}")
            # Its files, and not the connection this test is in, which ends with a request.
            request_finished.disconnect(close_old_connections)
            response.close()
            request_finished.connect(close_old_connections)
            transaction.set_rollback(True)
        # Signing out is undone too: the rest of the walk would be a stranger's.
        self.client.cookies = cookies

    def everywhere(self) -> None:
        for address in walk():
            self.ask("get", address)
            self.ask("post", address, {"id": KEY, "next": "/", "confirm": "1"})
            if address.endswith("/") and str(KEY) not in address:
                self.ask("get", address, {"q": MARKER[:-1], "export": "csv"})
                self.ask("get", address, {"q": MARKER[:-1]})
                self.ask("get", address, {"export": "xlsx"})
            if "/bulk/" in address or "/multiple/" in address:
                self.ask("get", address, {"id": KEY})


def account(role: str) -> Any:
    user = UserFactory(groups=[role_name(role)])
    if role == PARTNERS:
        Manager.objects.create(provider_id=KEY, user=user)
    return user


@pytest.mark.parametrize("role", [PARTNERS, INSTITUTIONS])
def test_no_address_says_anything_of_a_resident(resident: ServiceRequest, role: str) -> None:
    visit = Visit(account(role))
    visit.everywhere()
    assert visit.leaks == []
    # Nothing of the log can be changed blindly either.
    assert visit.changes == []
    assert visit.answers > 500
    assert visit.client.get(settings.ADMIN_PATH).status_code == 200


def test_the_walk_reaches_what_there_is(resident: ServiceRequest) -> None:
    """Screens named by the keys of rows, and the reports and lists of the admin, are among the addresses."""
    known = walk()
    assert settings.ADMIN_PATH in known
    assert f"{settings.ADMIN_PATH}reports/site-history/" in known
    assert "/annuaire/structures/a-moi/" in known
    assert sum(str(KEY) in address for address in known) > 50
    # No blank is left: what is asked for is an address.
    assert not [address for address in known if re.search(r"[()<>\[\]*+|]|\\", address)]


def test_an_operator_finds_what_a_partner_must_not(resident: ServiceRequest) -> None:
    """So that the walk can fail: the same addresses tell those who handle requests."""
    visit = Visit(account(OPERATORS))
    for name, args in (
        ("intake_requests:index", []),
        ("intake_requests:edit", [KEY]),
        ("intake_outbox:index", []),
        ("voicemail:index", []),
    ):
        address = reverse(name, args=args)
        assert address in walk()
        visit.ask("get", address)
    assert len(visit.leaks) >= 3


def test_one_guard_taken_away_is_noticed(resident: ServiceRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RequestViewSet, "may_reach", lambda self, user, url: True)
    visit = Visit(account(PARTNERS))
    visit.ask("get", reverse("intake_requests:edit", args=[KEY]))
    assert visit.leaks


def unguarded(request: Any, pk: int) -> HttpResponse:
    requester = Requester.objects.filter(pk=pk).first()
    if requester is None:
        raise Http404
    return HttpResponse(f"{requester.name} {requester.phone}")


urlpatterns = [path(f"{settings.ADMIN_PATH.lstrip('/')}leak/<int:pk>/", unguarded), *real_urlpatterns]


@pytest.mark.urls(__name__)
def test_the_walk_finds_an_unguarded_screen(resident: ServiceRequest) -> None:
    """So that the walk can fail."""
    address = f"{settings.ADMIN_PATH}leak/{KEY}/"
    assert address in walk()
    visit = Visit(account(PARTNERS))
    visit.ask("get", address)
    assert visit.leaks == [f"get {address} "]


def test_every_personal_field_is_marked(resident: ServiceRequest) -> None:
    for model in personal_models():
        for field in text_fields(model):
            value = str(model._default_manager.values_list(field.name, flat=True).first())
            assert MARKER in value or value.endswith(PHONE[-9:]), (model.__name__, field.name)
    assert MARKER not in str(resident)
