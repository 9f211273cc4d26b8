"""The appraisal room."""

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    """Reading room: indicators, weights, groups, exclusions, league tables; it never changes an order itself."""

    name = "open12345.appraisal"
    label = "appraisal"
    verbose_name = "考核"
    default_auto_field = "django.db.models.BigAutoField"
