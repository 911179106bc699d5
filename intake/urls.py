"""Public addresses of the intake: the residents' form, the private page of each request, campaigns, pages about a listing."""

from django.urls import path

from intake.views import campaigns, form, listings, observatory, private, white_areas

app_name = "intake"

urlpatterns = [
    path("observatoire/donnees.csv", observatory.data, name="observatory_data"),
    path("c/<str:code>/", campaigns.visit, name="campaign"),
    path("confirmer/<str:token>/", listings.confirm_listing, name="confirm_listing"),
    path("signaler/<slug:slug>/", listings.report_error, name="report"),
    path("observatoire/offre/", white_areas.supply_index, name="supply"),
    path("observatoire/offre/departements/<slug:code>/", white_areas.supply_index, name="supply_departement"),
    path(
        "observatoire/offre/departements/<slug:code>/<slug:slug>/",
        white_areas.supply_service,
        name="supply_service_departement",
    ),
    path("observatoire/offre/<slug:slug>/", white_areas.supply_service, name="supply_service"),
    path("demande/", form.request_form, name="form"),
    path("demande/suivi/<str:link>/", private.private_page, name="private"),
    path("demande/suivi/<str:link>/corriger/", private.correct, name="correct"),
]
