"""Addresses of the dispatch room."""

from django.urls import path

from . import views

app_name = "dispatch"
urlpatterns = [path("", views.queue, name="queue"), path("batch/", views.batch, name="batch")]
