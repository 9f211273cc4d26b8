"""The triggers that hold the record of automatic dispatch; the SQL is in `protection.sql` beside the models."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "protection.sql"
UNDO = """
DROP FUNCTION dispatch_refuse_change() CASCADE;
DROP FUNCTION dispatch_check_ending() CASCADE;
"""


class Migration(migrations.Migration):
    """Needs the tables of smart dispatch."""

    dependencies = [("dispatch", "0002_smart_dispatch")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
