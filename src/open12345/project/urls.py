"""Every address of the house: each room's own urls under its prefix."""

from django.urls import URLPattern, URLResolver, include, path

from open12345.project import health_page, home_cards
from open12345.project.health import healthz

ROOMS = (
    ("", "directory"),
    ("orders/", "orders"),
    ("repeats/", "repeats"),
    ("intake/", "intake"),
    ("dispatch/", "dispatch"),
    ("handling/", "handling"),
    ("callback/", "callback"),
    ("notices/", "notify"),
    ("facts/", "facts"),
    ("insight/", "insight"),
    ("appraisal/", "appraisal"),
    ("reports/", "reports"),
    ("screen/", "screen"),
    ("api/", "api"),
    ("", "ui"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("admin/health/", health_page.page, name="health_page"),
    path("admin/health/jobs/<int:pk>/retry/", health_page.retry, name="health_retry"),
    path("i18n/", include("django.conf.urls.i18n")),
    *(path(prefix, include(f"open12345.{room}.urls")) for prefix, room in ROOMS),
]

home_cards.lend()

handler400 = "open12345.ui.views.bad_request"
handler403 = "open12345.ui.views.forbidden"
handler404 = "open12345.ui.views.not_found"
handler429 = "open12345.ui.views.too_often"  # allauth asks for it
handler500 = "open12345.ui.views.broken"
