"""No screens yet: the explorer will stand here."""

from django.urls import URLPattern

app_name = "facts"
urlpatterns: list[URLPattern] = []
