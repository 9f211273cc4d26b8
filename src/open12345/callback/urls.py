"""Addresses of the callback room."""

from django.urls import path

from . import desk, views

app_name = "callback"
urlpatterns = [
    path("", desk.queue, name="queue"),
    path("reopen/", desk.unhappy, name="unhappy"),
    path("take/", desk.take, name="take"),
    path("assign/", desk.assign, name="assign"),
    path("release/", desk.release, name="release"),
    path("upper/", views.upper, name="upper"),
]
