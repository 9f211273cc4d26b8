"""A dispatch whose order was withdrawn or cancelled counts neither for it nor against it (`void`)."""

from django.db import migrations, models

#: One that was kept stays kept: only what speaks against it may follow.
CHECK = """
CREATE OR REPLACE FUNCTION dispatch_check_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'ending' - 'ended_at') IS DISTINCT FROM (to_jsonb(OLD) - 'ending' - 'ended_at') THEN
        RAISE EXCEPTION 'automatic dispatch %%: what a decision rested on never changes', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.ending = '' OR NOT (OLD.ending = '' OR (OLD.ending = 'kept' AND NEW.ending NOT IN (%(stays)s))) THEN
        RAISE EXCEPTION 'automatic dispatch %%: "%%" does not become "%%"', OLD.id, OLD.ending, NEW.ending
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;
"""


class Migration(migrations.Migration):
    """Replaces the check of `protection.sql` on endings."""

    dependencies = [("dispatch", "0008_practice_by_day_of_dispatch")]
    operations = [
        migrations.AlterField(
            model_name="automaticdispatch",
            name="ending",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "办理中"),
                    ("kept", "一次派准"),
                    ("void", "未计"),
                    ("returned", "退单"),
                    ("taken_back", "收回"),
                    ("undone", "撤销"),
                    ("redispatched", "改派"),
                ],
                default="",
                max_length=12,
            ),
        ),
        migrations.RunSQL(CHECK % {"stays": "'kept', 'void'"}, CHECK % {"stays": "'kept'"}),
    ]
