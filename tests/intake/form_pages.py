"""Walking through the residents' form as a browser without JavaScript does: fields and buttons of each page."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from wagtail.models import Page

from intake.models import RequestFormPage

ADDRESS = "/demande/"


def publish_form(**texts: Any) -> RequestFormPage:
    """The page of the form, published."""
    known = RequestFormPage.objects.first()
    if known:
        return known
    page = RequestFormPage(title="Faire une demande", slug="demande", show_in_menus=True, **texts)
    home = Page.objects.filter(depth=2).first() or Page.objects.get(depth=1)
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


class _Fields(HTMLParser):
    """What a browser would send of the form that posts to the form's own address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside = action, False
        self.values: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self.buttons: list[tuple[str, str]] = []
        self._text: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        got = dict(attrs)
        if tag == "form":
            self.inside = got.get("method") == "post" and got.get("action") == self.action
        if not self.inside:
            return
        name = got.get("name", "")
        if tag == "input" and name:
            self.names.add(name)
            if got.get("type") not in ("checkbox", "radio") or "checked" in got:
                self.values.setdefault(name, []).append(got.get("value", ""))
        elif tag == "textarea":
            self.names.add(name)
            self._text = name
            self.values[name] = [""]
        elif tag == "select":
            self.names.add(name)
            self._select = name
            self.values[name] = [""]
        elif tag == "option" and self._select and "selected" in got:
            self.values[self._select] = [got.get("value", "")]
        elif tag == "button":
            self.buttons.append((name, got.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "textarea":
            self._text = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text][0] += data


class Visitor:
    """Somebody with the form open."""

    def __init__(self, client: Client | None = None, query: str = "", **headers: Any) -> None:
        self.client = client or Client(raise_request_exception=False)
        self.headers = {"HTTP_ORIGIN": "http://testserver"} | headers
        self.response = self.client.get(ADDRESS + query, **headers)
        self.read()

    def read(self) -> None:
        fields = _Fields(ADDRESS)
        fields.feed(self.html)
        self.values, self.names, self.buttons = fields.values, fields.names, fields.buttons

    @property
    def html(self) -> str:
        return self.response.content.decode()

    @property
    def page(self) -> str:
        return self.values["page"][0]

    def fill(self, **answers: Any) -> Visitor:
        for name, value in answers.items():
            assert name in self.names, f"{name} is not asked on this page: {sorted(self.names)}"
            self.values[name] = value if isinstance(value, list) else [value]
        return self

    def post(self, **extra: Any) -> Visitor:
        """Send what is in the form, with *extra* whether it is asked or not."""
        data = self.values | {
            name: value if isinstance(value, list) else [value] for name, value in extra.items()
        }
        self.response = self.client.post(ADDRESS, data, **self.headers)
        if self.response.status_code != 303:
            self.read()
        return self

    def go_on(self, **answers: Any) -> Visitor:
        """Fill in, then press the first button, as Enter does."""
        self.fill(**answers)
        name, value = self.buttons[0] if self.page != "check" else ("go", "send")
        return self.post(**{name: value})

    def press(self, value: str) -> Visitor:
        assert ("go", value) in self.buttons, self.buttons
        return self.post(go=value)

    def to_check(self, reach: str = "none", **person: Any) -> Visitor:
        """From the details to the page that checks."""
        self.go_on(reach=reach)
        return self.go_on(**person)

    @property
    def private(self) -> str:
        """Path of the private page, once sent."""
        assert self.response.status_code == 303, self.html
        return self.response["Location"].partition("?")[0]
