"""Addresses of the figures and of the orders behind them."""

from django.urls import path

from open12345.facts import views
from open12345.facts.explorer import views as explorer

app_name = "facts"
urlpatterns = [
    path("", explorer.explore, name="explorer"),
    path("orders/", views.orders, name="orders"),
    path("orders/export/<str:ending>/", views.export_orders, name="export_orders"),
]
