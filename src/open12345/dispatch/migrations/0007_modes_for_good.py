"""What was decided about a category is never changed or deleted; a decision may withdraw the last one (`follow`)."""

from django.db import migrations, models

GUARD = """
CREATE TRIGGER dispatch_categorymode_append_only BEFORE UPDATE OR DELETE ON dispatch_categorymode
    FOR EACH ROW EXECUTE FUNCTION dispatch_refuse_change();
CREATE TRIGGER dispatch_categorymode_no_truncate BEFORE TRUNCATE ON dispatch_categorymode
    FOR EACH STATEMENT EXECUTE FUNCTION dispatch_refuse_change();
"""
UNDO = """
DROP TRIGGER dispatch_categorymode_append_only ON dispatch_categorymode;
DROP TRIGGER dispatch_categorymode_no_truncate ON dispatch_categorymode;
"""


class Migration(migrations.Migration):
    """Adds to the triggers of `protection.sql`."""

    dependencies = [("dispatch", "0006_practice_by_weeks")]
    operations = [
        migrations.AlterField(
            model_name="categorymode",
            name="mode",
            field=models.CharField(
                choices=[("off", "不推荐"), ("suggest", "推荐"), ("automatic", "自动派单"), ("follow", "随上级")],
                max_length=10,
            ),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
