"""Addresses of the intake room."""

from django.urls import path

from . import panes, views

app_name = "intake"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("new/", views.new, name="new"),
    path("caller/", panes.caller, name="caller"),
    path("keep/", panes.keep, name="keep"),
    path("hints/<slug:name>/", panes.hint, name="hint"),
    path("calls/", panes.appoint, name="appoint"),
    path("calls/<int:pk>/", panes.called, name="called"),
    path("drafts/<str:number>/", views.draft, name="draft"),
]
