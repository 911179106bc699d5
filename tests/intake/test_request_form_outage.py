"""The database is gone: the number of the line, and every word typed, all the same."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from intake.hotline import last_known
from intake.models import Hotline
from tests.factories import CommuneFactory, ServiceFactory
from tests.intake.apart import base_for_others, run_apart
from tests.intake.form_pages import Visitor, publish_form

NOWHERE = {
    "sqlite": "sqlite:////nowhere/at/all.sqlite3",
    "postgresql": "postgres://nobody@127.0.0.1:9/nothing",
}
WORDS = "Tondre la pelouse\n<b>vite</b>, 🌱 chez Odile"

BEFORE_ANY_PAGE = """
import logging; logging.disable()
from intake.hotline import last_known
last_known.keep("+33261911001", "Mo-Fr 09:00-12:00")
client = Client(raise_request_exception=False)
seen = {}
for path in ("/", "/annuaire/", "/demande/", "/demande/suivi/482917-x/", "/nowhere/", "/admin/"):
    response = client.get(path)
    seen[path] = [response.status_code, response.content.decode(), response.headers.get("Cache-Control", "")]
response = client.post("/demande/", given["body"], content_type="application/x-www-form-urlencoded")
seen["form"] = [response.status_code, response.content.decode(), response.headers.get("Cache-Control", "")]
seen["cookies"] = len(client.cookies)
print(json.dumps(seen))
"""


@pytest.mark.parametrize("vendor", NOWHERE)
def test_before_any_page(vendor):
    body = urlencode(
        {"words": WORDS, "place": "Mézières", "phone": "12 rue", "services": "menage", "go": "send"}
    )
    seen = run_apart(BEFORE_ANY_PAGE, NOWHERE[vendor], body=body)
    assert seen.pop("cookies") == 0
    for path, (status, html, kept) in seen.items():
        assert status == 503, path
        assert 'href="tel:+33261911001"' in html, path
        assert "02\u00a061\u00a091\u00a010\u00a001" in html, path
        assert kept == "no-store", path
    html = seen["form"][1]
    assert "&lt;b&gt;vite&lt;/b&gt;, 🌱 chez Odile</textarea>" in html
    for typed in ("Mézières", "12 rue", "menage"):
        assert f'value="{typed}"' in html
    assert "n’est pas encore envoyée" in html


IN_THE_MIDDLE = """
import logging; logging.disable()
from intake.models import ServiceRequest
from tests.intake.form_pages import Visitor
visitor = Visitor(query=given["query"]).to_check(reach="phone", phone="02 61 91 00 77", name="Odile Exemple")
own = connections["default"]
known = dict(own.settings_dict)
own.close()
own.settings_dict |= {"NAME": "/nowhere/at/all.sqlite3"} if own.vendor == "sqlite" else {"PORT": "9"}
broken = visitor.press("send")
seen = {"status": broken.response.status_code, "html": broken.html, "kept": broken.values}
own.close()
own.settings_dict |= known
seen["again"] = broken.press("send").response.status_code
seen["rows"] = [[row.requester.name, row.needs.get().service.slug] for row in ServiceRequest.objects.all()]
print(json.dumps(seen))
"""


@pytest.mark.django_db(transaction=True)
def test_in_the_middle_of_a_submission_nothing_typed_is_lost(tmp_path):
    publish_form()
    CommuneFactory(name="Le Blanc")
    ServiceFactory(name="Ménage", slug="menage")
    Hotline.objects.create(phone="+33261911001")
    seen = run_apart(IN_THE_MIDDLE, base_for_others(tmp_path), query="?service=menage&commune=le-blanc")
    assert seen["status"] == 503
    assert 'href="tel:+33261911001"' in seen["html"], "the line was read, so it is in the file"
    assert seen["kept"]["name"] == ["Odile Exemple"]
    assert seen["kept"]["services"] == ["menage"]
    assert seen["again"] == 303
    assert seen["rows"] == [["Odile Exemple", "menage"]]


def test_whatever_else_fails_the_words_come_back(db, monkeypatch):
    publish_form()
    CommuneFactory(name="Le Blanc")
    visitor = Visitor().go_on(words="xylophone", place="le blanc").to_check()

    def fail(*args, **kwargs):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("intake.views.form.entry.record", fail)
    visitor.press("send")
    assert visitor.response.status_code == 503
    assert visitor.values["words"] == ["xylophone"]


@pytest.fixture
def line_file(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path / "line.json"


def test_the_line_is_kept_when_saved_and_when_read(db, line_file, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        line = Hotline.objects.create(phone="+33261911001", opening_hours="Mo-Fr 09:00-12:00")
    assert last_known.recall() == ("+33261911001", "Mo-Fr 09:00-12:00")
    line_file.unlink()
    from intake.hotline.line import line_now

    line_now()
    assert last_known.recall().phone == str(line.phone)


@pytest.mark.parametrize("text", ["", "[]", '{"phone": 1}', "\x00", json.dumps({"phone": "x"})])
def test_a_spoilt_file_is_no_file(line_file, text):
    line_file.write_text(text)
    assert last_known.recall() == ("", "")


def test_a_directory_that_cannot_be_written_breaks_nothing(settings, tmp_path, caplog):
    settings.VAR_DIR = tmp_path / "gone"
    last_known.keep("+33261911001", "")
    assert "could not be kept" in caplog.text
    assert last_known.recall() == ("", "")
