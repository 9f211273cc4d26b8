"""Addresses of the dispatch room."""

from django.urls import include, path

from . import direct_desk, views
from .automatic import breaker_views

app_name = "dispatch"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("batch/", views.batch, name="batch"),
    path("facilities/", include("open12345.dispatch.facilities.urls")),
    path("direct/", direct_desk.direct, name="direct"),
]
urlpatterns += [
    path("breakers/", breaker_views.page, name="breakers"),
    path("breakers/lamp/", breaker_views.lamp, name="breaker_lamp"),
    path("breakers/force/", breaker_views.force, name="breaker_force"),
]
