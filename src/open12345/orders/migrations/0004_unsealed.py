"""The list of what no seal has looked at yet, kept by the database with every event."""

from django.db import migrations, models

NOTED = """
CREATE FUNCTION orders_note_unsealed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO orders_unsealed (order_id, seq) VALUES (NEW.order_id, NEW.seq) ON CONFLICT DO NOTHING;
    RETURN NULL;
END;
$$;
CREATE TRIGGER orders_event_to_seal AFTER INSERT ON orders_event
    FOR EACH ROW EXECUTE FUNCTION orders_note_unsealed();
INSERT INTO orders_unsealed (order_id, seq)
    SELECT o.id, o.head_seq FROM orders_workorder o WHERE NOT EXISTS (
        SELECT FROM orders_sealedhead s WHERE s.order_id = o.id AND s.seq = o.head_seq);
"""
UNDO = """
DROP TRIGGER orders_event_to_seal ON orders_event;
DROP FUNCTION orders_note_unsealed();
"""


class Migration(migrations.Migration):
    """What the seals missed so far is in the list from the start."""

    dependencies = [("orders", "0003_rules_out_of_reach")]
    operations = [
        migrations.CreateModel(
            name="Unsealed",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "order_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("order_id", models.BigIntegerField()),
                ("seq", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL(NOTED, UNDO),
    ]
