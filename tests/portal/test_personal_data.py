"""The register of personal data leaves out nothing and knows nothing that does not exist."""

from providers import personal_data


def test_every_field_that_can_hold_words_is_declared():
    """Declare a new one in ``personal_data.py`` of its application: personal, until when; or harmless, and why."""
    assert personal_data.undeclared() == []


def test_no_declaration_is_of_a_field_that_is_gone():
    assert personal_data.unknown() == []


def test_an_undeclared_field_is_seen(monkeypatch):
    kept = dict(personal_data._declared)
    del kept["intake.Requester", "name"]
    monkeypatch.setattr(personal_data, "_declared", kept)
    assert personal_data.undeclared() == ["intake.Requester.name"]
