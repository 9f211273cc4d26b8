"""Addresses of the dispatch room."""

from django.urls import include, path

from . import direct_desk, mass, views
from .automatic import breaker_views, mode_views

app_name = "dispatch"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("batch/", views.batch, name="batch"),
    path("facilities/", include("open12345.dispatch.facilities.urls")),
    path("direct/", direct_desk.direct, name="direct"),
    path("mass/<int:pk>/", mass.mass, name="mass"),
]
urlpatterns += [
    path("breakers/", breaker_views.page, name="breakers"),
    path("breakers/lamp/", breaker_views.lamp, name="breaker_lamp"),
    path("breakers/force/", breaker_views.force, name="breaker_force"),
]
urlpatterns += [
    path("automatic/", mode_views.page, name="automatic"),
    path("automatic/<str:code>/", mode_views.category, name="automatic_of"),
    path("automatic/<str:code>/replay/", mode_views.replay, name="automatic_replay"),
    path("automatic/<str:code>/progress/", mode_views.progress, name="automatic_progress"),
    path("automatic/<str:code>/mode/", mode_views.mode, name="automatic_mode"),
]
