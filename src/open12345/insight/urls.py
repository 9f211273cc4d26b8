"""The addresses of the insight room."""

from django.urls import path

from . import views

app_name = "insight"
urlpatterns = [
    path("units/", views.units, name="units"),
    path("units/<str:code>/", views.unit, name="unit"),
    path("areas/<str:code>/", views.area, name="area"),
    path("<slug:kind>/<str:code>/spots.json", views.spots, name="spots"),
    path("<slug:kind>/<str:code>/portrait.csv", views.export, name="export"),
]
