"""Practice is counted by the day of the dispatch, and for all that the list gives to one unit."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    """What was counted by the day on which orders ended is counted anew by the next refresh."""

    dependencies: ClassVar = [("dispatch", "0007_modes_for_good")]

    operations: ClassVar = [migrations.RunSQL("DELETE FROM dispatch_practice", migrations.RunSQL.noop)]
