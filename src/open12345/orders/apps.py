"""The orders room: what is true about a work order, and the only function that changes one."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    """Records room: work orders, their history and their clocks."""

    name = "open12345.orders"
    label = "orders"
    verbose_name = "工单"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the effects of the room's own actions; keep the database's stage rules equal to the table."""
        from open12345.orders import administering, applications, asked, housekeeping, panels, subscriptions  # noqa: F401, PLC0415 - registers

        panels.lend()
        administering.lend()
        post_migrate.connect(write_stage_rules, sender=self)


def write_stage_rules(sender: AppConfig, using: str, **_more: Any) -> None:
    """Write the superset of stage changes that the database's trigger allows (owner only)."""
    from open12345.orders.lifecycle import stage_rules  # noqa: PLC0415 - after the models
    from open12345.orders.models import StageRule  # noqa: PLC0415

    rows = [StageRule(stage_from=source, stage_to=target) for source, target in sorted(stage_rules())]
    StageRule.objects.using(using).all().delete()
    StageRule.objects.using(using).bulk_create(rows)
