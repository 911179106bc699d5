"""Every address of the site."""

from django.conf import settings
from django.contrib.sitemaps.views import index, sitemap
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from portal import views
from portal.accounts import asking
from portal.accounts.entrance import sign_in
from portal.sitemaps import SITEMAPS

handler404 = "portal.views.page_not_found"
handler500 = "portal.outage.server_error"

urlpatterns = [
    # Wagtail's own ways in, before Wagtail's addresses: they know of no second factor.
    path(f"{settings.ADMIN_PATH.lstrip('/')}login/", sign_in),
    path("_util/login/", sign_in),
    path(settings.ADMIN_PATH.lstrip("/"), include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap_section"}, name="sitemap"),
    path("sitemap-<section>.xml", sitemap, {"sitemaps": SITEMAPS}, name="sitemap_section"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("recherche/", views.site_search, name="site_search"),
    path(settings.ACCOUNTS_PATH.lstrip("/"), include("portal.accounts.urls")),
    path("c-est-ma-structure/<slug:slug>/", asking.claim, name="claim"),
    path("proposer-ma-structure/", asking.propose, name="propose"),
    path("annuaire/", include("providers.urls")),
    path("emplois/", include("providers.job_urls")),
    path("opendata/", include("providers.opendata.urls")),
    path("widget/", include("providers.opendata.widget_urls")),
    path("", include("portal.events.urls")),
    path("", include("portal.report.urls")),
    path("", include("intake.urls")),
]

if settings.SERVE_MEDIA:
    urlpatterns.append(path(f"{settings.MEDIA_URL.strip('/')}/<path:path>", views.media))

urlpatterns.append(path("", include(wagtail_urls)))
