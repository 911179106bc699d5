"""The foot of every page says of accessibility what the recorded audit found."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.models import AccessibilityFailing, AccessibilityPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def statement(demo_site):
    return AccessibilityPage.objects.get()


def audit(statement, met, applicable=60, **fields):
    statement.audited_on = datetime.date(2026, 3, 2)
    statement.auditor = "Un bureau d’études"
    statement.criteria_met, statement.criteria_applicable = met, applicable
    for name, value in fields.items():
        setattr(statement, name, value)
    statement.full_clean()
    statement.save()


def test_without_an_audit_the_site_is_not_compliant(statement, client):
    assert "Accessibilité\u00a0: non conforme" in client.get("/credit-impot/").content.decode()
    assert "Aucun audit n’a encore été fait" in client.get("/accessibilite/").content.decode()


@pytest.mark.parametrize(
    ("met", "state"),
    [
        (0, "non conforme"),
        (29, "non conforme"),
        (30, "partiellement conforme"),
        (59, "partiellement conforme"),
        (60, "totalement conforme"),
    ],
)
def test_the_state_follows_the_criteria_met(statement, client, met, state):
    audit(statement, met)
    assert f"Accessibilité\u00a0: {state}" in client.get("/").content.decode()
    shown = client.get("/accessibilite/").content.decode()
    assert f"<b>{state}</b>" in shown
    assert "2 mars 2026" in shown and "Un bureau d’études" in shown


def test_what_was_found_and_where_is_listed(statement, client):
    audit(statement, 55, audited_pages="Accueil\n\nContact")
    statement.failings.add(AccessibilityFailing(criterion="3.2", description="Un bouton trop pâle."))
    statement.save()
    shown = client.get("/accessibilite/").content.decode()
    assert "<b>3.2</b> – Un bouton trop pâle." in shown
    assert "<li>Accueil</li><li>Contact</li>" in shown


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"auditor": ""}, "auditor"),
        ({"audited_on": None}, "audited_on"),
        ({"criteria_met": None}, "criteria_met"),
        ({"criteria_met": 61}, "criteria_met"),
        ({"criteria_applicable": 107}, "criteria_applicable"),
        ({"criteria_applicable": 0, "criteria_met": 0}, "criteria_applicable"),
        ({"audited_on": datetime.date(2999, 1, 1)}, "audited_on"),
    ],
)
def test_half_an_audit_is_refused_beside_the_field(statement, fields, wrong):
    with pytest.raises(ValidationError) as refused:
        audit(statement, 30, **fields)
    assert wrong in refused.value.message_dict


def test_the_database_refuses_more_criteria_met_than_apply(statement):
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessibilityPage.objects.update(criteria_met=5, criteria_applicable=4)
