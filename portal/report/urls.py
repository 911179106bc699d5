"""Addresses of the reports of evaluations."""

from django.urls import path

from portal.report import views

app_name = "report"

urlpatterns = [
    path("rapports/<slug:slug>/", views.waiting, name="waiting"),
    path("rapports/<slug:slug>.pdf", views.report_pdf, name="pdf"),
    path("rapports/<slug:slug>.xlsx", views.report_xlsx, name="xlsx"),
]
