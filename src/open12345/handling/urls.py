"""Addresses of the handling room."""

from django.urls import path

from . import instructed, views

app_name = "handling"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("sign/", views.sign, name="sign"),
    path("instructions/", instructed.instructions, name="instructions"),
    path("review/", views.reviews, name="reviews"),
]
