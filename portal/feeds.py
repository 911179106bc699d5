"""The news as RSS."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language

from portal.names import fill, site_identity
from providers.views import public

if TYPE_CHECKING:
    from portal.models import NewsIndexPage

MOST = 30


def news_feed(index: NewsIndexPage) -> HttpResponse:
    """The latest articles of a list, with a summary each; nothing private."""
    own = index.get_url() or "/"
    feed = Rss201rev2Feed(
        title=f"{fill(index.title)} – {site_identity().full_name}",
        link=public.canonical(own),
        description=fill(index.introduction or index.title),
        language=get_language(),
        feed_url=public.canonical(f"{own}flux/"),
    )
    for article in index.articles().select_related("category")[:MOST]:
        url = public.canonical(article.get_url() or "/")
        published = datetime.datetime.combine(article.date, datetime.time(8))
        feed.add_item(
            title=fill(article.title),
            link=url,
            description=fill(article.introduction),
            unique_id=f"{public.canonical('/')}#{article.translation_key}",
            unique_id_is_permalink=False,
            pubdate=timezone.make_aware(published),
            categories=[article.category.name] if article.category else [],
        )
    response = HttpResponse(content_type=feed.content_type)
    feed.write(response, "utf-8")
    return response
