"""Open data: its page, its files, its API."""

from django.urls import path

from providers.opendata import views, widget
from providers.opendata.hsds import views as hsds

app_name = "opendata"

urlpatterns = [
    path("", views.index, name="index"),
    path("widget/", widget.chooser, name="widget"),
    path("hsds/", hsds.about, name="hsds"),
    path("hsds/openapi.json", hsds.description, name="openapi"),
    path("hsds/services", hsds.service_list, name="services"),
    path("hsds/services/<str:id>", hsds.service, name="service"),
    path("hsds/organizations", hsds.organization_list, name="organizations"),
    path("hsds/organizations/<str:id>", hsds.organization, name="organization"),
    path("hsds/service_at_locations", hsds.service_at_location_list, name="service_at_locations"),
    path("hsds/service_at_locations/<str:id>", hsds.service_at_location, name="service_at_location"),
    path("hsds/taxonomies", hsds.taxonomy_list, name="taxonomies"),
    path("hsds/taxonomies/<str:id>", hsds.taxonomy, name="taxonomy"),
    path("hsds/taxonomy_terms", hsds.term_list, name="taxonomy_terms"),
    path("hsds/taxonomy_terms/<str:id>", hsds.term, name="taxonomy_term"),
    path("hsds/<path:rest>", hsds.nothing),
    path("<path:name>", views.file, name="file"),
]
