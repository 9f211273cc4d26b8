"""The list of orders that moved, kept by the database with every event and every repeat that is found.

The triggers fire ALWAYS: a loader that puts the others aside (`session_replication_role = replica`) is heard too. One
line per order and transaction, in one statement per statement.
"""

from django.db import migrations, models

NOTED = """
CREATE FUNCTION facts_note_touched() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO facts_touched (xid, order_id, at)
        SELECT DISTINCT pg_current_xact_id()::text::bigint, new_rows.order_id, clock_timestamp() FROM new_rows
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END;
$$;
CREATE TRIGGER orders_event_to_facts AFTER INSERT ON orders_event
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facts_note_touched();
CREATE TRIGGER repeats_entry_to_facts AFTER INSERT ON repeats_entry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facts_note_touched();
CREATE TRIGGER repeats_changed_to_facts AFTER UPDATE ON repeats_entry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION facts_note_touched();
ALTER TABLE orders_event ENABLE ALWAYS TRIGGER orders_event_to_facts;
ALTER TABLE repeats_entry ENABLE ALWAYS TRIGGER repeats_entry_to_facts;
ALTER TABLE repeats_entry ENABLE ALWAYS TRIGGER repeats_changed_to_facts;
"""
UNDO = """
DROP TRIGGER repeats_changed_to_facts ON repeats_entry;
DROP TRIGGER repeats_entry_to_facts ON repeats_entry;
DROP TRIGGER orders_event_to_facts ON orders_event;
DROP FUNCTION facts_note_touched();
"""


class Migration(migrations.Migration):
    """What happened before is read by the first build, which reads everything."""

    initial = True
    dependencies = [("orders", "0009_requester_erased"), ("repeats", "0001_index")]
    operations = [
        migrations.CreateModel(
            name="Touched",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "xid", "order_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("xid", models.BigIntegerField()),
                ("order_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Mirror",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("snapshot", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(NOTED, UNDO),
    ]
