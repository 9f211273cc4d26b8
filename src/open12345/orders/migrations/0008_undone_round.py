"""A dispatch that is undone gives its round back: by one, from dispatched to accepted, and never otherwise."""

from typing import ClassVar

from django.db import migrations

_CHECK = """
CREATE OR REPLACE FUNCTION orders_check_stage() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.stage;
        IF NEW.number <> OLD.number OR NEW.head_seq < OLD.head_seq OR (NEW.round < OLD.round{but}) THEN
            RAISE EXCEPTION 'order %: number, history and rounds never go back', OLD.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.stage = OLD.stage THEN
            RETURN NEW;
        END IF;
        IF NEW.head_seq = OLD.head_seq THEN
            RAISE EXCEPTION 'order %: stage changed without an event', OLD.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM orders_stagerule r WHERE r.stage_from = before AND r.stage_to = NEW.stage) THEN
        RAISE EXCEPTION 'order %: no action leads from "%" to "%"', NEW.number, before, NEW.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
"""
_UNDONE = """ AND NOT (
            NEW.round = OLD.round - 1 AND OLD.stage = 'dispatched' AND NEW.stage = 'accepted')"""


class Migration(migrations.Migration):
    """Replaces the function behind the triggers of `protection.sql`."""

    dependencies: ClassVar = [("orders", "0007_lists")]

    operations: ClassVar = [migrations.RunSQL(_CHECK.replace("{but}", _UNDONE), _CHECK.replace("{but}", ""))]
