"""The triggers that hold history and stages whoever writes; the SQL is in `protection.sql` beside the models."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parents[1] / "protection.sql"
UNDO = """
DROP FUNCTION orders_refuse_change() CASCADE;
DROP FUNCTION orders_check_stage() CASCADE;
"""


class Migration(migrations.Migration):
    """Needs the tables of the first migration."""

    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), UNDO)]
