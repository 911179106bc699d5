"""Job openings."""

from django.urls import path

from providers.views import jobs

app_name = "jobs"

urlpatterns = [
    path("", jobs.index, name="index"),
    path("<int:pk>/", jobs.job, name="job"),
]
