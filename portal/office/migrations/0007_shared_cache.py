from django.db import migrations

# As `createcachetable` would make it, with unlogged writes: what it holds is worth minutes.
MAKE = """
CREATE UNLOGGED TABLE portal_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX portal_cache_expires ON portal_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("office", "0006_certificate_required")]

    operations = [migrations.RunSQL(MAKE, "DROP TABLE portal_cache")]
