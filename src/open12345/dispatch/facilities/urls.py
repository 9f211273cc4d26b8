"""Addresses of the register, under the dispatch room's."""

from django.urls import path

from open12345.dispatch.facilities import views

urlpatterns = [
    path("", views.facilities, name="facilities"),
    path("dots/", views.dots, name="facility_dots"),
    path("new/", views.new, name="facility_new"),
    path("import/", views.import_page, name="facility_import"),
    path("export/", views.export, name="facility_export"),
    path("<int:pk>/", views.facility, name="facility"),
    path("<int:pk>/edit/", views.edit, name="facility_edit"),
    path("<int:pk>/retire/", views.retire, name="facility_retire"),
]
