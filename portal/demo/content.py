"""Pages of the demonstration, from the JSON of ``content/``.

Their texts name the service, the park and the phone by the words of
:mod:`portal.names`: they follow the settings. "picture:", "print:" and
"document:" before a name stand for a drawing, the cover and the file of a paper.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from django.apps import apps
from django.utils.text import slugify
from wagtail.models import Page

from portal.demo import files
from portal.models import HomePage, NewsCategory, PublicationFile, PublicPage

CONTENT = Path(__file__).resolve().parent / "content"
# In the order of the menu.
PARTS = ("service", "questions", "news", "publications", "notices")
_KEPT = ("model", "children", "footer", "files", "category", "body")


def read(part: str) -> Any:
    return json.loads((CONTENT / f"{part}.json").read_text(encoding="utf-8"))


def _resolved(value: Any) -> Any:
    """*value* with keys in the place of the names of pictures, whatever its depth."""
    if isinstance(value, str) and value.startswith("picture:"):
        return files.picture(value.partition(":")[2])
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    if isinstance(value, dict):
        return {key: _resolved(item) for key, item in value.items()}
    return value


def _category(name: str) -> NewsCategory:
    category, _created = NewsCategory.objects.get_or_create(name=name, defaults={"slug": slugify(name)})
    return category


def _built(entry: dict[str, Any]) -> PublicPage:
    fields = {name: value for name, value in entry.items() if name not in _KEPT}
    for name in ("picture", "cover"):
        if name in fields:
            kind, _colon, file_name = fields.pop(name).partition(":")
            fields[f"{name}_id"] = files.picture(file_name) if kind == "picture" else files.cover(file_name)
    if "date" in fields:
        fields["date"] = datetime.date.fromisoformat(fields["date"])
    if "category" in entry:
        fields["category"] = _category(entry["category"])
    page: PublicPage = apps.get_model("portal", entry["model"])(**fields)
    if hasattr(page, "body"):
        page.body = json.dumps(_resolved(entry["body"]))  # type: ignore[attr-defined]
    return page


def publish(page: Page) -> None:
    """Give a page just added, which is live already, its first revision."""
    revision = page.save_revision(changed=False)
    Page.objects.filter(pk=page.pk).update(live_revision=revision, first_published_at=revision.created_at)


def add(parent: Page, entry: dict[str, Any]) -> tuple[int, list[Page]]:
    """Add a page and those under it, unless they are there; how many, and those for the foot of the page."""
    page = Page.objects.child_of(parent).filter(slug=entry["slug"]).first()
    added = 0
    if page is None:
        page = parent.add_child(instance=_built(entry))
        for place, row in enumerate(entry.get("files", [])):
            name = row["document"].partition(":")[2]
            page.files.add(
                PublicationFile(document_id=files.document(name), title=row["title"], sort_order=place)
            )
        if entry.get("files"):
            page.save()
        publish(page)
        added = 1
    footer = [page] if entry.get("footer") else []
    for child in entry["children"]:
        more, links = add(page, child)
        added, footer = added + more, footer + links
    return added, footer


def new_home() -> HomePage:
    """The home page, not saved."""
    texts = read("home")
    body = json.dumps(texts.pop("body"))
    return HomePage(slug="accueil", body=body, **texts)
