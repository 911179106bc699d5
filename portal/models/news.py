"""News: an index with categories and a feed, and its articles."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page as PaginatorPage
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.models import PageManager, PageQuerySet
from wagtail.search import index

from portal.blocks import body_field
from portal.models.pages import BODY_HELP, PublicPage, text_panel
from portal.names import fill
from providers.generation import per_generation
from providers.views import public

PER_PAGE = 10


class NewsCategory(models.Model):
    """What a piece of news is about."""

    name = models.CharField(
        _("name"), max_length=60, unique=True, help_text=_("In the list above the news: one or two words.")
    )
    slug = models.SlugField(
        _("address"), max_length=60, unique=True, help_text=_("The last part of the address of its list.")
    )

    panels = [FieldPanel("name"), FieldPanel("slug")]

    class Meta:
        verbose_name = _("category of news")
        verbose_name_plural = _("categories of news")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class NewsIndexPage(RoutablePageMixin, PublicPage):
    """The news, latest first, by category too."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )

    content_panels = [*PublicPage.content_panels, text_panel("introduction")]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction")]
    subpage_types = ["portal.NewsPage"]
    template = "portal/news_index.html"

    class Meta:
        verbose_name = _("news list")
        verbose_name_plural = _("news lists")

    @property
    def opening_words(self) -> str:
        return self.introduction

    def articles(self) -> PageQuerySet:
        """Published articles of this list that everybody may read, latest first."""
        return NewsPage.objects.child_of(self).live().public().latest_first()

    @path("")
    def every_article(self, request: HttpRequest) -> HttpResponse:
        return self._list(request, "")

    @path("categorie/<slug:slug>/")
    def of_category(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self._list(request, slug)

    @path("flux/")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from portal.feeds import news_feed

        return news_feed(self)

    def _list(self, request: HttpRequest, slug: str) -> HttpResponse:
        categories = _categories(self.pk)
        category = next((row for row in categories if row.slug == slug), None)
        if slug and category is None:
            raise Http404
        page = _part(self.pk, slug, request.GET.get("page", "1")[:4])
        own = self.get_url(request) or "/"
        current = own + (f"categorie/{slug}/" if slug else "")
        context: dict[str, Any] = {
            "category": category,
            "categories": [
                {"title": row.name, "url": f"{own}categorie/{row.slug}/", "current": row.slug == slug}
                for row in categories
            ],
            "articles": page,
            "own_url": own,
            "list_url": current,
            "canonical": public.canonical(current + (f"?page={page.number}" if page.number > 1 else "")),
        }
        if category:
            title = f"{fill(self.title)}\u00a0: {category.name}"
            context["meta"] = public.meta(title, fill(self.introduction))
            context["crumbs"] = public.crumbs(*self.trail(), (fill(self.title), own), (category.name, ""))
        return self.render(request, context_overrides=context)


@per_generation
def _categories(index: int) -> list[NewsCategory]:
    """Those of a list with something to read."""
    articles = NewsIndexPage.objects.get(pk=index).articles()
    return list(NewsCategory.objects.filter(articles__in=articles).distinct())


@per_generation
def _part(index: int, category: str, number: str) -> PaginatorPage:
    """A page of a list of news; one too far is the last: old links stay good."""
    articles = NewsIndexPage.objects.get(pk=index).articles().select_related("category", "picture")
    if category:
        articles = articles.filter(category__slug=category)
    part = Paginator(articles, PER_PAGE).get_page(number)
    part.object_list = list(part.object_list)
    return part


class NewsQuerySet(PageQuerySet):
    def latest_first(self) -> NewsQuerySet:
        return self.order_by("-date", "-pk")


class NewsPage(PublicPage):
    """One piece of news."""

    date = models.DateField(
        _("date"),
        default=timezone.localdate,
        help_text=_("Shown above the text; the news with the latest date comes first."),
    )
    category = models.ForeignKey(
        NewsCategory,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        help_text=_("The news is then in the list of that category too."),
    )
    introduction = models.CharField(
        _("introduction"),
        max_length=400,
        help_text=_(
            "In larger letters under the title, and in the lists of news: what happened, in two sentences."
        ),
    )
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "Above the text and beside the link in the list of news, cut around its point of interest."
        ),
    )
    picture_alt = models.CharField(
        _("alternative text of the picture"),
        max_length=200,
        blank=True,
        help_text=_(
            "What the picture shows, read aloud to those who do not see it. Empty only when it tells nothing."
        ),
    )
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        *PublicPage.content_panels,
        MultiFieldPanel([FieldPanel("date"), FieldPanel("category")], heading=_("Date and category")),
        text_panel("introduction"),
        MultiFieldPanel([FieldPanel("picture"), text_panel("picture_alt")], heading=_("Picture")),
        FieldPanel("body"),
    ]
    search_fields = [*PublicPage.search_fields, index.SearchField("introduction"), index.SearchField("body")]
    parent_page_types = ["portal.NewsIndexPage"]
    subpage_types: list[str] = []
    template = "portal/news_page.html"
    objects = PageManager.from_queryset(NewsQuerySet)()

    class Meta:
        verbose_name = _("piece of news")
        verbose_name_plural = _("pieces of news")

    @property
    def opening_words(self) -> str:
        return self.introduction

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.structured import article_data

        context = super().get_context(request, *args, **kwargs)
        return context | {"structured": article_data(self)}


def latest_news(count: int) -> list[dict[str, Any]]:
    """The latest published news of every list, as links."""
    articles = NewsPage.objects.live().public().latest_first()[:count]
    return [
        {"title": page.title, "url": page.get_url(), "text": page.introduction, "date": page.date}
        for page in articles
    ]


@per_generation
def news_index_url() -> str:
    """Address of the first list of news, "" when there is none."""
    found = NewsIndexPage.objects.live().public().order_by("path").first()
    return (found.get_url() or "") if found else ""
