"""The public directory."""

from django.urls import path

from providers.views import directory, search

app_name = "providers"

urlpatterns = [
    path("", directory.index, name="directory"),
    path("trouver/", search.search, name="search"),
    path("communes/<slug:slug>/", directory.commune, name="commune"),
    path("services/<slug:slug>/", directory.service, name="service"),
    path("services/<slug:service_slug>/<slug:commune_slug>/", search.results, name="results"),
    path("structures/<slug:slug>/", directory.provider, name="provider"),
]
