"""Practice is counted by weeks, and tells where orders went that a unit had given back."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What was counted by months is counted anew by the next refresh."""

    dependencies: ClassVar = [("dispatch", "0005_facilities_of_orders")]

    operations: ClassVar = [
        migrations.RunSQL("DELETE FROM dispatch_practice", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="practice", name="practice_once"),
        migrations.RemoveField(model_name="practice", name="month"),
        migrations.AddField(
            model_name="practice",
            name="after",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="directory.unit",
            ),
        ),
        migrations.AddField(
            model_name="practice",
            name="since",
            field=models.DateField(db_index=True, default=dt.date(2000, 1, 1)),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="practice", name="category", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.AlterField(
            model_name="practice",
            name="unit",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="directory.unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="practice",
            constraint=models.UniqueConstraint(
                fields=("category", "area", "since", "unit", "after"), name="practice_once", nulls_distinct=False
            ),
        ),
    ]
