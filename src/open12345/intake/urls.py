"""Addresses of the intake room."""

from django.urls import path

from . import views

app_name = "intake"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("new/", views.new, name="new"),
    path("caller/", views.caller, name="caller"),
    path("drafts/<str:number>/", views.draft, name="draft"),
]
