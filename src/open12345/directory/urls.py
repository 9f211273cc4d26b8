"""Addresses of the directory: signing in under /accounts/, the administrator's screens."""

from django.urls import include, path, re_path

from . import audit_views, duty_views, import_views, map_views, oidc, staff_views, tree_views, views

units, areas = tree_views.of(tree_views.UNITS), tree_views.of(tree_views.AREAS)

ADMIN = [
    # No code begins with "_": what stands beside the nodes cannot hide one.
    path("units/", units["tree"], name="units"),
    path("units/_new/", units["new"], name="unit_new"),
    path("units/_import/", import_views.units, name="unit_import"),
    path("units/_export/", units["export"], name="unit_export"),
    path("units/<str:code>/", units["one"], name="unit"),
    path("areas/", areas["tree"], name="areas"),
    path("areas/_new/", areas["new"], name="area_new"),
    path("areas/_import/", import_views.areas, name="area_import"),
    path("areas/_export/", areas["export"], name="area_export"),
    path("areas/<str:code>/", areas["one"], name="area"),
    path("staff/", staff_views.staff_list, name="staff_list"),
    path("staff/new/", staff_views.staff_new, name="staff_new"),
    path("staff/import/", import_views.staff, name="staff_import"),
    path("staff/export/", staff_views.staff_export, name="staff_export"),
    path("staff/<int:pk>/", staff_views.staff, name="staff"),
    path("staff/<int:pk>/<slug:act>/", staff_views.staff_do, name="staff_do"),
    path("roles/", staff_views.role_list, name="roles"),
    path("duty/", duty_views.duty, name="duty"),
    path("duty/copy/", duty_views.duty_copy, name="duty_copy"),
    path("duty/<int:pk>/", duty_views.shift, name="shift"),
    path("audit/", audit_views.audit_log, name="audit"),
    path("packs/", views.pack_list, name="packs"),
    path("packs/check/", views.pack_check, name="pack_check"),
    path("packs/<int:pk>/", views.pack_version, name="pack_version"),
    path("calendar/", views.holidays, name="calendar"),
    path("calendar/drop/", views.holiday_drop, name="holiday_drop"),
]

ACCOUNTS = [
    path("enter/", views.enter, name="enter"),
    path("oidc/<slug:provider_id>/login/", oidc.login),
    path("oidc/<slug:provider_id>/login/callback/", oidc.callback),
    re_path(r"^(signup|email|confirm-email|password/reset)/$", views.closed),
    re_path(r"^confirm-email/.*$", views.closed),
    re_path(r"^3rdparty/(signup/)?$", views.closed),
    path("", include("allauth.urls")),
]
"""What closes a page of allauth, or does it better, stands before allauth's own addresses."""

MAP = [
    path("areas.geojson", map_views.outlines, name="areas"),
    path("at", map_views.at, name="at"),
]

urlpatterns = [
    path("map/", include((MAP, "map"))),
    path("accounts/", include(ACCOUNTS)),
    path("admin/", include((ADMIN, "directory"))),
]
