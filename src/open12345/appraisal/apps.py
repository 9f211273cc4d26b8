"""The appraisal room."""

from django.apps import AppConfig


class AppraisalConfig(AppConfig):
    """Reading room: indicators, weights, groups, exclusions, league tables; it never changes an order itself."""

    name = "open12345.appraisal"
    label = "appraisal"
    verbose_name = "考核"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the appeal's rules and effect, lend exclusions to the facts, add the menu entry."""
        from open12345.appraisal import acts, cards, panels  # noqa: PLC0415 - models are ready only now
        from open12345.facts import lending  # noqa: PLC0415 - the same

        acts.listen()
        lending.lend_exclusions(acts.LENT)
        cards.lend()
        panels.lend()
