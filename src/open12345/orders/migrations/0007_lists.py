"""Indexes of the lists of orders: see `WorkOrder.Meta`. Built while nobody writes: some seconds at a million orders."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

LIVING = ("accepted", "dispatched", "handling", "review", "reported_up", "callback")
FILTERED = ("stage", "kind", "category", "urgency", "channel", "area", "lead_unit", "due_at", "created_by")


class Migration(migrations.Migration):
    """Changes no column."""

    dependencies: ClassVar = [("directory", "0003_outlines"), ("orders", "0006_point")]

    operations: ClassVar = [
        migrations.RemoveIndex("workorder", "order_recent"),
        migrations.AddIndex(
            "workorder", models.Index(fields=["-accepted_at", "-id"], include=FILTERED, name="order_recent")
        ),
        migrations.AddIndex(
            "workorder",
            models.Index(
                fields=["-accepted_at", "-id"], include=("due_at",), condition=Q(stage__in=LIVING), name="order_open"
            ),
        ),
        migrations.AddIndex(
            "workorder", models.Index(fields=["category", "-accepted_at", "-id"], name="order_category")
        ),
        migrations.AddIndex("workorder", models.Index(fields=["channel", "-accepted_at", "-id"], name="order_channel")),
        migrations.AddIndex("workorder", models.Index(fields=["lead_unit", "-accepted_at", "-id"], name="order_lead")),
        migrations.AlterField(
            model_name="assignment",
            name="unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
            ),
        ),
        migrations.AddIndex("assignment", models.Index(fields=["unit", "order"], name="assignment_unit_orders")),
    ]
