"""The stage rules are read by their full name: a temporary table of the same name must not stand in for them."""

from django.db import migrations

NAMED = "ALTER FUNCTION orders_check_stage() SET search_path = pg_catalog, public, pg_temp"
UNDO = "ALTER FUNCTION orders_check_stage() RESET search_path"


class Migration(migrations.Migration):
    """Needs the triggers."""

    dependencies = [("orders", "0002_protection")]
    operations = [migrations.RunSQL(NAMED, UNDO)]
