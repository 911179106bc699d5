"""The service itself in the words of schema.org: who runs it, its line and its hours."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from wagtail.rich_text import get_text_for_indexing as text_from_html

from intake.hotline.line import Line
from portal.models.identity import SiteIdentity
from portal.names import fill
from providers import structured
from providers.views import public


def site_data(identity: SiteIdentity, line: Line) -> dict[str, Any]:
    """The site, its search, and the service with the line's number and hours."""
    url = public.canonical("/")
    service = structured.filled(
        {
            "@type": "Organization",
            "@id": f"{url}#service",
            "url": url,
            "name": identity.full_name,
            "parentOrganization": {"@type": "Organization", "name": identity.park_name}
            if identity.park_name
            else None,
            "telephone": line.phone,
            "contactPoint": _line_data(line) if line.phone else None,
        }
    )
    site = {
        "@type": "WebSite",
        "@id": f"{url}#site",
        "url": url,
        "name": identity.full_name,
        "publisher": {"@id": service["@id"]},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": public.canonical(reverse("providers:search")) + "?quoi={search_term_string}",
            },
            "query-input": "required name=search_term_string",
        },
    }
    return {"@context": structured.CONTEXT, "@graph": [site, service]}


def _line_data(line: Line) -> dict[str, Any]:
    now = timezone.now()
    closures = [
        {
            "@type": "OpeningHoursSpecification",
            "validFrom": timezone.localtime(start).isoformat(),
            "validThrough": timezone.localtime(end).isoformat(),
        }
        for start, end, _reason in line.closures
        if end > now
    ]
    return structured.contact_point(line.phone, hours=[*structured.opening_hours(line.hours), *closures])


def article_data(page: Any) -> SafeString:
    """A piece of news, as JSON-LD."""
    return structured.script_text(
        {
            "@context": structured.CONTEXT,
            "@type": "NewsArticle",
            "headline": fill(page.title),
            "datePublished": page.date.isoformat(),
            "description": fill(page.introduction),
            "mainEntityOfPage": public.canonical(page.get_url() or "/"),
            "publisher": {"@type": "Organization", "@id": f"{public.canonical('/')}#service"},
        }
    )


def questions_data(page: Any) -> SafeString:
    """Questions and answers, as JSON-LD."""
    return structured.script_text(
        {
            "@context": structured.CONTEXT,
            "@type": "FAQPage",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": fill(entry["question"]),
                    "acceptedAnswer": {
                        "@type": "Answer",
                        "text": fill(text_from_html(entry["answer"].source)),
                    },
                }
                for theme in page.body
                for entry in theme.value["questions"]
            ],
        }
    )
