"""Calendars of events, and registration: what Wagtail's tree of pages cannot serve.

Its addresses end with a slash, and its forms would need a cookie.
"""

from django.urls import path

from portal.events import register, views

app_name = "events"

urlpatterns = [
    path("agenda.ics", views.feed, name="feed"),
    path("agenda/<int:pk>.ics", views.calendar, name="calendar"),
    path("inscriptions/<int:pk>/", register.register, name="register"),
    path("inscriptions/suivi/<str:token>/", register.follow, name="follow"),
]
