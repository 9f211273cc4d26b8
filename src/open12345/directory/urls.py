"""Addresses of the directory: signing in under /accounts/, the administrator's screens."""

from django.urls import include, path, re_path

from . import oidc, views

ADMIN = [
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

urlpatterns = [
    path("accounts/", include(ACCOUNTS)),
    path("admin/", include((ADMIN, "directory"))),
]
