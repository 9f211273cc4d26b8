"""The addresses of the screen room."""

from django.urls import path

from . import leader, views

app_name = "screen"
urlpatterns = [
    path("", views.wall, name="wall"),
    path("now.json", views.now, name="now"),
    path("areas/<str:code>.json", views.area, name="area"),
    path("leader/", leader.today, name="leader"),
    path("modules/", views.arrange, name="modules"),
]
