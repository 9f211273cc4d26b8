"""Addresses of the orders room; an order is found by the number people quote."""

from django.urls import path

from . import export, files, inbox, listing, paper, views

app_name = "orders"
urlpatterns = [
    path("", listing.orders, name="list"),
    path("flow/", paper.flow, name="flow"),
    path("search/", listing.search, name="search"),
    path("export/<slug:ending>/", export.export, name="export"),
    path("views/", listing.save_view, name="save_view"),
    path("views/<int:pk>/<slug:act>/", listing.change_view, name="change_view"),
    path("applications/", inbox.inbox, name="inbox"),
    path("files/<uuid:token>/", files.open_file, name="file"),
    path("<str:number>/files/", files.upload, name="upload"),
    path("<str:number>/", views.page, name="page"),
    path("<str:number>/do/<slug:action>/", views.do, name="do"),
    path("<str:number>/undo/<str:token>/", views.take_back, name="undo"),
    path("<str:number>/sheet/", paper.sheet, name="sheet"),
    path("<str:number>/flow/", paper.flow_of, name="flow_of"),
    path("<str:number>/reveal/", views.reveal, name="reveal"),
    path("<str:number>/hold/", views.hold, name="hold"),
    path("<str:number>/release/", views.let_go, name="release"),
]
