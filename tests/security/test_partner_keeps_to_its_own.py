"""Who reaches what of a listing, in one table, over every address of the admin.

A and B are two structures, each with a published version, a draft that waits
for the park, and a manager. Every address that the resolver knows is filled in
with the keys of one of them and asked for by GET and by POST.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.signals import request_finished
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.urls import get_resolver
from wagtail.images import get_image_model

from portal.roles import INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers import access, moderation
from providers.invitations import collection_of
from providers.models import (
    AccessRequest,
    Invitation,
    JobOpening,
    ListingSubmission,
    Manager,
    Provider,
)
from providers.viewsets import ProviderViewSet
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory
from tests.security.test_partner_sees_no_resident import GROUP, addresses, words_of

pytestmark = pytest.mark.django_db
LISTING = f"{settings.ADMIN_PATH}snippets/providers/provider/"
SECRET = "zqxwdraft"
MANAGER = "zqxwmanager"

# Who keeps a listing, who is invited and who asks: the park, and nobody else.
ACCESS = f"{settings.ADMIN_PATH}acces/"
ACCESS_TABLE = {
    "": "s",
    "results/": "s",
    "A/": "s",
    "structure/A/": "s",
}
# Addresses below LISTING → who is answered with a page, by GET, for A's key.
# s staff, o operators (who see listings), a and b the partners (each its own list).
TABLE = {
    "": "soab",
    "results/": "soab",
    "edit/A/": "sa",
    "preview/A/": "sa",
    "history/A/": "sa",
    "history-results/A/": "sa",
    "history/A/revisions/R/view/": "sa",
    "history/A/revisions/compare/live...latest/": "sa",
    "usage/A/": "s",
    "history/A/revisions/R/revert/": "s",
    "unpublish/A/": "s",
}
ROLES = {
    "anonymous": "-",
    "partner of A": "a",
    "partner of B": "b",
    "partner of nothing": "n",
    "operator": "o",
    "staff": "s",
    "institution": "i",
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def structure(letter: str, key: int) -> Provider:
    user = UserFactory(
        groups=[role_name(PARTNERS)], username=f"{MANAGER}{letter}", last_name=f"{MANAGER}{letter}"
    )
    provider = ProviderFactory(
        pk=key,
        name=f"Structure {letter}",
        communes=[CommuneFactory(name="Le Blanc")],
        offers=[ServiceFactory()],
    )
    Manager.objects.create(pk=key, provider=provider, user=user)
    provider.save_revision().publish()
    provider.refresh_from_db()
    provider.description = f"{SECRET}{letter}"
    moderation.submit(key, provider.save_revision(user=user, log_action=True), user)
    # Who is invited to keep it, and who asks to; in the collection of the structure, a picture.
    Invitation.objects.create(pk=key, provider=provider, email=f"{SECRET}{letter}@b.example")
    asked = access.ask(
        {
            "name": f"{MANAGER}{letter}",
            "role": "",
            "email": "x@b.example",
            "phone": "",
            "words": f"{SECRET}{letter}",
        },
        provider=provider,
        key=f"walk-{key}",
    )
    AccessRequest.objects.filter(pk=asked.pk).update(id=key)
    get_image_model().objects.create(
        pk=key, title=f"{SECRET}{letter}", file="x.png", width=9, height=9, collection=collection_of(provider)
    )
    ListingSubmission.objects.filter(provider=provider).update(id=key)
    return Provider.objects.get(pk=key)


@pytest.fixture
def listings(db: None) -> dict[str, Provider]:
    return {"A": structure("a", 7_000_001), "B": structure("b", 7_000_002)}


def client_of(role: str) -> Client:
    client = Client(raise_request_exception=False)
    users = {
        "partner of A": lambda: Manager.objects.get(pk=7_000_001).user,
        "partner of B": lambda: Manager.objects.get(pk=7_000_002).user,
        "partner of nothing": lambda: UserFactory(groups=[role_name(PARTNERS)]),
        "operator": lambda: UserFactory(groups=[role_name(OPERATORS)]),
        "staff": lambda: UserFactory(groups=[role_name(STAFF)]),
        "institution": lambda: UserFactory(groups=[role_name(INSTITUTIONS)]),
    }
    if role in users:
        client.force_login(users[role]())
    return client


def walk(provider: Provider) -> list[str]:
    """Every address of the admin with the keys of *provider*, of its draft and of its history."""
    words = {
        "app_label": "providers",
        "app_name": "providers",
        "model_name": "provider",
        "content_type_app_name": "providers",
        "content_type_model_name": "provider",
        "content_type_id": str(ContentType.objects.get_for_model(Provider).pk),
        "action": "delete",
        "revision_id": str(provider.latest_revision_id),
        "revision_id_a": "live",
        "revision_id_b": "latest",
        "slug": provider.slug,
    }
    found = set()
    for pattern in addresses(get_resolver().url_patterns):
        while match := GROUP.search(pattern):
            value = words.get(match[1] or "", str(provider.pk))
            pattern = pattern[: match.start()] + value + pattern[match.end() :]
        plain = re.sub(r"\(\?:([^()|]*)[^()]*\)\??", r"\1", pattern)
        found.add("/" + re.sub(r"\\(.)", r"\1", plain).replace("?", ""))
    return sorted(
        address
        for address in found
        if address.startswith(settings.ADMIN_PATH) and not address.startswith(f"{settings.ADMIN_PATH}.*")
    )


def ask(client: Client, method: str, address: str, data: dict[str, Any]) -> tuple[int, str, list[str]]:
    """The answer to one request, which is undone: status, words, tables of listings that it wrote."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := re.match(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(providers_\w+)"', sql):
            written.append(found[1])
        return execute(sql, params, many, context)

    # Leaving is among the addresses: the rest is asked for with the session still open.
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic(), connection.execute_wrapper(watch):
        response = getattr(client, method)(address, data)
        said = words_of(response).decode(errors="replace") if response.status_code < 500 else ""
        # Its files, and not the connection this test is in, which ends with a request.
        request_finished.disconnect(close_old_connections)
        response.close()
        request_finished.connect(close_old_connections)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response.status_code, said, written


def leaks_of_b(client: Client, provider: Provider) -> list[str]:
    found = []
    for address in walk(provider):
        for method, data in (
            ("get", {}),
            ("get", {"q": "zqxw", "export": "csv", "id": provider.pk}),
            ("post", {"id": provider.pk, "next": "/", "confirm": "1", "comment": "Non."}),
        ):
            _status, said, written = ask(client, method, address, data)
            if f"{SECRET}b" in said or f"{MANAGER}b" in said:
                found.append(f"{method} {address} tells")
            if written:
                found.append(f"{method} {address} writes {written[0]}")
    if client.cookies:
        # The walk went to its end as the same person.
        assert ask(client, "get", settings.ADMIN_PATH, {})[0] == 200
    return found


@pytest.mark.parametrize("role", ["anonymous", "partner of A", "partner of nothing", "institution"])
def test_no_address_tells_or_changes_anything_of_b(listings: dict[str, Provider], role: str) -> None:
    assert len(walk(listings["B"])) > 200
    assert leaks_of_b(client_of(role), listings["B"]) == []


def test_without_the_guard_the_walk_finds_leaks(listings: dict[str, Provider]) -> None:
    with mock.patch.object(ProviderViewSet, "may_open", lambda *args: True):
        found = leaks_of_b(client_of("partner of A"), listings["B"])
    assert any("/edit/" in leak for leak in found)
    assert any("/history/" in leak for leak in found)


@pytest.mark.parametrize("role", ROLES)
def test_the_table(listings: dict[str, Provider], role: str) -> None:
    """Every address of listings: what the table does not open is shut, to partners above all."""
    provider, client, letter = listings["A"], client_of(role), ROLES[role]
    met = set()
    for address in walk(provider):
        if not address.startswith(LISTING):
            continue
        name = address.removeprefix(LISTING).replace(str(provider.pk), "A")
        name = name.replace(f"/{provider.latest_revision_id}/", "/R/")
        opened = ask(client, "get", address, {})[0] == 200
        if name in TABLE:
            met.add(name)
            assert opened == (letter in TABLE[name]), (role, name)
        elif letter not in "so":
            assert not opened, (role, name)
    assert met == set(TABLE)


@pytest.mark.parametrize("role", ROLES)
def test_who_keeps_which_listing_is_the_parks_to_say(listings: dict[str, Provider], role: str) -> None:
    provider, client, letter = listings["A"], client_of(role), ROLES[role]
    met = set()
    for address in walk(provider):
        if not address.startswith(ACCESS):
            continue
        name = address.removeprefix(ACCESS).replace(str(provider.pk), "A")
        opened = ask(client, "get", address, {})[0] == 200
        if name in ACCESS_TABLE:
            met.add(name)
            assert opened == (letter in ACCESS_TABLE[name]), (role, name)
        else:
            assert not opened, (role, name)
        written = ask(client, "post", address, {"email": "c@b.example", "answer": "Non."})[2]
        assert letter == "s" or not written, (role, name)
    assert met == set(ACCESS_TABLE)


def test_the_models_of_the_table_are_there(listings: dict[str, Provider]) -> None:
    """So that nothing above passes on an empty table."""
    assert ListingSubmission.objects.waiting().count() == 2
    assert Provider.objects.count() == 2
    assert JobOpening.objects.count() == 0
