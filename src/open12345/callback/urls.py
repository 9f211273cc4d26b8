"""Addresses of the callback room."""

from django.urls import path

from . import views

app_name = "callback"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("upper/", views.upper, name="upper"),
]
