"""Saved views of other pages than the list of orders, and views that all of the centre sees."""

from typing import ClassVar

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Two columns; a name is now one's own once per page."""

    dependencies: ClassVar = [
        ("orders", "0009_requester_erased"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.AddField("savedview", "page", models.CharField(default="orders", max_length=16)),
        migrations.AddField("savedview", "shared", models.BooleanField(default=False)),
        migrations.AlterField("savedview", "query", models.CharField(max_length=1500)),
        migrations.RemoveConstraint("savedview", "saved_view_name"),
        migrations.AddConstraint(
            "savedview", models.UniqueConstraint(fields=("staff", "page", "name"), name="saved_view_name")
        ),
    ]
