"""The words that decided may be taken out of the record when a person is erased; nothing else of it changes."""

from django.db import migrations

_BEGIN = """
CREATE OR REPLACE FUNCTION dispatch_check_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
"""
_WORDS = """
    IF to_jsonb(NEW) IS NOT DISTINCT FROM jsonb_set(to_jsonb(OLD), '{basis,words}', '[]'::jsonb, false) THEN
        RETURN NEW;
    END IF;
"""
_REST = """
    IF (to_jsonb(NEW) - 'ending' - 'ended_at') IS DISTINCT FROM (to_jsonb(OLD) - 'ending' - 'ended_at') THEN
        RAISE EXCEPTION 'automatic dispatch %: what a decision rested on never changes', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.ending = '' OR NOT (OLD.ending = '' OR (OLD.ending = 'kept' AND NEW.ending NOT IN ('kept', 'void'))) THEN
        RAISE EXCEPTION 'automatic dispatch %: "%" does not become "%"', OLD.id, OLD.ending, NEW.ending
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
"""


class Migration(migrations.Migration):
    """Replaces the check of `0009` on changes."""

    dependencies = [("dispatch", "0009_endings_that_say_nothing")]
    operations = [migrations.RunSQL(_BEGIN + _WORDS + _REST, _BEGIN + _REST)]
