"""Addresses of the figures and of the orders behind them."""

from django.urls import path

from open12345.facts import views
from open12345.facts.explorer import definitions, effect_views, heat, saved
from open12345.facts.explorer import views as explorer

app_name = "facts"
urlpatterns = [
    path("", explorer.explore, name="explorer"),
    path("metrics/", definitions.metrics, name="metrics"),
    path("heat/", heat.heat, name="heat"),
    path("effect/", effect_views.compare, name="effect"),
    path("values/", explorer.values, name="values"),
    path("export/<str:ending>/", explorer.export, name="export"),
    path("views/", saved.save, name="save_view"),
    path("views/restore/<str:kept>/", saved.restore, name="restore_view"),
    path("views/<int:pk>/<str:act>/", saved.change, name="change_view"),
    path("orders/", views.orders, name="orders"),
    path("orders/export/<str:ending>/", views.export_orders, name="export_orders"),
]
