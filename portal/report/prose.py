"""Rich text that staff typed, as paragraphs a report can set: headings, lists, bold, italic, links."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, NavigableString, Tag
from wagtail.rich_text import expand_db_html

from providers.views import public

_HEADINGS = {"h2": 3, "h3": 4, "h4": 4}


def blocks(html: str) -> list[dict[str, Any]]:
    """Blocks of *html* in order: ``kind`` (heading, paragraph, list, numbers), ``level``, ``runs`` or ``items``."""
    found: list[dict[str, Any]] = []
    for node in BeautifulSoup(expand_db_html(html), "html.parser").children:
        if isinstance(node, Tag):
            if node.name in _HEADINGS:
                found.append({"kind": "heading", "level": _HEADINGS[node.name], "runs": runs(node)})
            elif node.name in ("ul", "ol"):
                items = [runs(item) for item in node.find_all("li")]
                found.append({"kind": "list" if node.name == "ul" else "numbers", "items": items})
            elif any(run["text"].strip() for run in runs(node)):
                found.append({"kind": "paragraph", "runs": runs(node)})
        elif str(node).strip():
            found.append({"kind": "paragraph", "runs": [_run(str(node))]})
    return found


def runs(node: Tag, bold: bool = False, italic: bool = False, url: str = "") -> list[dict[str, Any]]:
    """The words of *node*, cut where their look or their link changes."""
    found: list[dict[str, Any]] = []
    for child in node.children:
        if isinstance(child, NavigableString):
            found.append(_run(str(child), bold, italic, url))
        elif isinstance(child, Tag):
            if child.name == "br":
                found.append(_run("\n", bold, italic, url))
                continue
            found += runs(
                child,
                bold or child.name in ("b", "strong"),
                italic or child.name in ("i", "em"),
                _address(child) or url,
            )
    return [run for run in found if run["text"]]


def _run(text: str, bold: bool = False, italic: bool = False, url: str = "") -> dict[str, Any]:
    return {"text": text, "bold": bold, "italic": italic, "url": url}


def _address(node: Tag) -> str:
    """Where a link leads, whole: paper has no page it is on."""
    target = str(node.get("href") or "") if node.name == "a" else ""
    if target.startswith(("https://", "http://", "mailto:", "tel:")):
        return target
    return public.canonical(target) if target.startswith("/") else ""
