"""Addresses of the handling room."""

from django.urls import path

from . import idiom_views, instructed, views

app_name = "handling"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("sign/", views.sign, name="sign"),
    path("instructions/", instructed.instructions, name="instructions"),
    path("idioms/", idiom_views.of_field, name="idioms"),
    path("idioms/<int:pk>/used/", idiom_views.used, name="idiom_used"),
    path("idioms/<int:pk>/remove/", idiom_views.remove, name="idiom_remove"),
    path("idioms/<int:pk>/up/", idiom_views.up, name="idiom_up"),
    path("idioms/all/", idiom_views.manage, name="idioms_all"),
    path("review/", views.reviews, name="reviews"),
]
