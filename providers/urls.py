from django.urls import path
from django.http import HttpResponse

app_name = "providers"
def v(request, **kw):
    return HttpResponse("")
urlpatterns = [
    path("", v, name="directory"),
    path("trouver/", v, name="search"),
    path("communes/", v, name="communes"),
    path("communes/<slug:commune>/", v, name="commune"),
    path("services/", v, name="services"),
    path("services/<slug:service>/", v, name="service"),
    path("services/<slug:service>/<slug:commune>/", v, name="results"),
    path("structures/<slug:provider>/", v, name="provider"),
]
