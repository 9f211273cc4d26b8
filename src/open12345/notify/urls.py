"""Addresses of the notify room."""

from django.urls import path

from . import views

app_name = "notify"
urlpatterns = [
    path("", views.notices, name="list"),
    path("count/", views.count, name="count"),
    path("latest/", views.latest, name="latest"),
    path("seen/", views.seen_all, name="seen"),
    path("<int:pk>/", views.open_one, name="open"),
]
