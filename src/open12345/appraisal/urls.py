"""The addresses of the appraisal room."""

from django.urls import path

from open12345.appraisal import keeping_views, views

app_name = "appraisal"
urlpatterns = [
    path("", views.table, name="table"),
    path("export/<str:ending>/", views.export, name="export"),
    path("units/<str:code>/", views.card, name="card"),
    path("scheme/", keeping_views.scheme, name="scheme"),
    path("scheme/try/", keeping_views.tried, name="tried"),
    path("scheme/<int:pk>/decide/", keeping_views.decide, name="decide"),
    path("months/<str:month>/<str:act>/", keeping_views.month_do, name="month_do"),
    path("points/", keeping_views.adjustments, name="adjustments"),
    path("points/<int:pk>/revoke/", keeping_views.unadjust, name="unadjust"),
    path("talks/", keeping_views.talk_list, name="talks"),
    path("talks/<int:pk>/", keeping_views.talk, name="talk"),
    path("exclusions/", keeping_views.exclusions, name="exclusions"),
    path("exclusions/<int:pk>/revoke/", keeping_views.include, name="include"),
    path("goals/", keeping_views.goal_board, name="goals"),
]
