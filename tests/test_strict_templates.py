"""A template of the project that names what it was not given fails its test."""

import pytest
from django.template import engines
from django.template.backends.django import DjangoTemplates

from tests.strict_templates import UnknownVariableError


@pytest.fixture
def render(settings, tmp_path, monkeypatch):
    """``render(source, **context)``: as if *source* were a template of the project."""
    monkeypatch.setitem(settings.TEMPLATES[0], "DIRS", [str(tmp_path)])
    engine = DjangoTemplates({"NAME": "strict", "DIRS": [str(tmp_path)], "APP_DIRS": False, "OPTIONS": {}})

    def run(source: str, **context) -> str:
        (tmp_path / "page.html").write_text(source)
        return engine.get_template("page.html").render(context)

    return run


@pytest.mark.parametrize(
    "source",
    [
        "{{ unknown }}",
        "{{ known.unknown }}",
        "{{ unknown|default:'x' }}",
        "{% if unknown %}{% endif %}",
        "{% if known and not unknown %}{% endif %}",
        "{% for row in unknown %}{% endfor %}",
        "{% with name=unknown %}{% endwith %}",
        "{% include 'page.html' with name=unknown only %}",
        "{% load i18n %}{% translate unknown %}",
        "{% load i18n %}{% blocktranslate %}Hello {{ unknown }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate count n=unknown %}one{% plural %}{{ n }}{% endblocktranslate %}",
        "{% load i18n %}{% blocktranslate with name=unknown.x %}{{ name }}{% endblocktranslate %}",
    ],
)
def test_an_unknown_name_fails(render, source):
    with pytest.raises(UnknownVariableError):
        render(source, known={"x": 1})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ known.x }}", "1"),
        ("{{ nothing }}", "None"),
        ("{% if nothing %}a{% else %}b{% endif %}", "b"),
        ("{% for row in empty %}a{% empty %}b{% endfor %}", "b"),
        ("{% load i18n %}{% blocktranslate with name=known.x %}Hi {{ name }}{% endblocktranslate %}", "Hi 1"),
        (
            "{% load i18n %}{% blocktranslate count n=known.x %}{{ n }} x{% plural %}{{ n }} y{% endblocktranslate %}",
            "1 x",
        ),
    ],
)
def test_a_known_name_does_not(render, source, expected):
    assert render(source, known={"x": 1}, nothing=None, empty=[]) == expected


def test_templates_of_other_packages_are_left_alone():
    assert engines["django"].from_string("[{{ unknown }}]").render({}) == "[]"
