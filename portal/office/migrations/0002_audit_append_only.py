from django.db import migrations

# A statement that finds no row fires nothing, so emptying an empty table stays possible; TRUNCATE is for whoever
# owns the database, which the portal's own statements never use.
MAKE = """
CREATE FUNCTION office_auditevent_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER office_auditevent_append_only BEFORE UPDATE OR DELETE ON office_auditevent
    FOR EACH ROW EXECUTE FUNCTION office_auditevent_append_only();
"""
UNDO = """
DROP TRIGGER office_auditevent_append_only ON office_auditevent;
DROP FUNCTION office_auditevent_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
