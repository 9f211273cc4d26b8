"""Addresses of the intake room."""

from django.urls import path

from . import import_views, panes, views

app_name = "intake"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("new/", views.new, name="new"),
    path("keep/", panes.keep, name="keep"),
    path("dots/", panes.dots, name="dots"),
    path("help/", panes.help_, name="help"),
    path("calls/", panes.appoint, name="appoint"),
    path("calls/<int:pk>/", panes.called, name="called"),
    path("import/", import_views.imports_page, name="imports"),
    path("import/<int:pk>/", import_views.import_page, name="import"),
    path("import/<int:pk>/again/", import_views.again, name="import_again"),
    path("import/<int:pk>/progress/", import_views.progress, name="import_progress"),
    path("import/<int:pk>/rejects/", import_views.rejects, name="import_rejects"),
    path("drafts/<str:number>/", views.draft, name="draft"),
]
