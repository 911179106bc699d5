"""The one address that other sites may show in a frame."""

from django.urls import path

from providers.opendata.widget import embedded

app_name = "widget"

urlpatterns = [path("", embedded, name="embedded")]
