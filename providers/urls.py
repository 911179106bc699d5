"""The public directory."""

from django.urls import path

from providers.signals import seen
from providers.views import contact, directory, search

app_name = "providers"

urlpatterns = [
    path("", seen(directory.index), name="directory"),
    path("trouver/", search.search, name="search"),
    path("communes/<slug:slug>/", seen(directory.commune), name="commune"),
    path("departements/<slug:code>/", seen(directory.departement), name="departement"),
    path(
        "departements/<slug:code>/<slug:service_slug>/",
        seen(directory.departement),
        name="departement_service",
    ),
    path("services/<slug:slug>/", seen(directory.service), name="service"),
    path("services/<slug:service_slug>/<slug:commune_slug>/", seen(search.results), name="results"),
    path("structures/<slug:slug>/", seen(directory.provider), name="provider"),
    path("structures/<slug:slug>/contact.vcf", contact.vcard, name="vcard"),
]
