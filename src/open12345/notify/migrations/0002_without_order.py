"""A notice may be about no order; then it leads to the page that its facts name."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Widens the table; nothing stored changes."""

    dependencies = [
        ("notify", "0001_notices"),
        ("orders", "0009_requester_erased"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="orders.workorder",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(("order__isnull", False), ("facts__has_key", "page"), _connector="OR"),
                name="a_notice_leads_somewhere",
            ),
        ),
    ]
