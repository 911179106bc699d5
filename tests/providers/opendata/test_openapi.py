"""Schemathesis asks what our own description allows, and what it does not, and finds nothing wrong."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup

from providers.opendata.hsds import terms

pytestmark = pytest.mark.django_db
PLAIN = {"Accept-Encoding": "identity"}  # the client in memory does not unpack
EXAMPLES = 12  # for each operation, of right and of wrong questions


@pytest.fixture
def api(directory):
    # The end of a request would close the connection whose transaction the test is in.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield load()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def load():
    return schemathesis.openapi.from_wsgi("/opendata/hsds/openapi.json", get_wsgi_application())


def test_schemathesis_finds_nothing(api):
    asked = 0
    for result in api.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode == GenerationMode.NEGATIVE and operation.path == "/":
                continue  # it has no parameter that could be wrong

            @seed(1001)
            @settings(
                max_examples=EXAMPLES,
                database=None,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def ask(case):
                nonlocal asked
                asked += 1
                case.call_and_validate(headers=PLAIN)

            ask()
    assert asked > 200


def test_schemathesis_could_find_something(api, monkeypatch):
    """The same question, of an API that answers another thing than it says."""
    monkeypatch.setattr(terms, "taxonomies", lambda: [{"id": "not a UUID", "name": ""}])
    with pytest.raises(FailureGroup):
        api["/taxonomies"]["GET"].Case().call_and_validate(headers=PLAIN)
