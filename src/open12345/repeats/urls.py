"""Addresses of the room."""

from django.urls import path

from open12345.repeats import views

app_name = "repeats"
urlpatterns = [
    path("", views.groups, name="groups"),
    path("<int:pk>/", views.group, name="group"),
]
