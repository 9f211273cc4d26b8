"""The addresses of the reports room."""

from django.urls import path

from . import register_views, views

app_name = "reports"
urlpatterns = [
    path("", views.papers, name="list"),
    path("new/", views.new, name="new"),
    path("special/", views.special, name="special"),
    path("register/", register_views.register, name="register"),
    path("schedules/", register_views.schedules, name="schedules"),
    path("schedules/<slug:kind>/", register_views.arrange, name="arrange"),
    path("subscriptions/<slug:kind>/", register_views.subscribe, name="subscribe"),
    path("<int:pk>/", views.paper, name="paper"),
    path("<int:pk>/save/", views.save, name="save"),
    path("<int:pk>/take/", views.take, name="take"),
    path("<int:pk>/print/", views.printed, name="print"),
    path("<int:pk>/files/<slug:ending>/", views.download, name="download"),
    path("<int:pk>/figures/<str:at>/", views.figure, name="figure"),
    path("<int:pk>/versions/<int:version>/", views.version, name="version"),
    path("<int:pk>/do/<slug:act>/", views.do, name="do"),
]
