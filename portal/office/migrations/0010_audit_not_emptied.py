from django.db import migrations

# TRUNCATE fires no trigger of rows, and the portal's own role owns the table.
MAKE = """
CREATE FUNCTION office_auditevent_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER office_auditevent_not_emptied BEFORE TRUNCATE ON office_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION office_auditevent_not_emptied();
"""
UNDO = """
DROP TRIGGER office_auditevent_not_emptied ON office_auditevent;
DROP FUNCTION office_auditevent_not_emptied();
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0009_mail_indexes")]

    operations = [migrations.RunSQL(MAKE, UNDO)]
