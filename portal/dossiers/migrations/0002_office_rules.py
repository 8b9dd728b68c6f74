"""What Django cannot declare: references that include the office, and the lengths of hashes."""

from django.db import migrations

RECORDS = ("assessmentmessage", "extensionscheme", "responsibility", "taxcard", "taxreturn")
WITH_DOCUMENT = ("assessmentmessage", "taxcard", "taxreturn")


def _constraint(table, name, rule):
    return migrations.RunSQL(
        f'ALTER TABLE "dossiers_{table}" ADD CONSTRAINT "{name}" {rule}',
        f'ALTER TABLE "dossiers_{table}" DROP CONSTRAINT "{name}"',
    )


def _same_office(table, column, target, on_delete=""):
    return _constraint(
        table,
        f"{table}_{column}_of_office",
        f'FOREIGN KEY ("office_id", "{column}_id") REFERENCES "dossiers_{target}" ("office_id", "id") {on_delete}',
    )


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        # what (office, document) and (office, pack) refer to; (office, client) has its own already
        _constraint("document", "document_of_office", 'UNIQUE ("office_id", "id")'),
        _constraint("documentpack", "documentpack_of_office", 'UNIQUE ("office_id", "id")'),
        *(_same_office(table, "client", "client", "ON DELETE CASCADE") for table in RECORDS),
        *(_same_office(table, "document", "document") for table in WITH_DOCUMENT),
        _same_office("document", "pack", "documentpack"),
        # partners may name one another: whoever writes both may do so in any order
        _same_office("client", "partner", "client", "DEFERRABLE INITIALLY DEFERRED"),
        *(
            _constraint(
                table,
                f"{table}_content_hash_16_to_32",
                'CHECK (octet_length("content_hash") BETWEEN 16 AND 32)',
            )
            for table in (*RECORDS, "clientsource")
        ),
        _constraint("document", "document_sha256_32_bytes", 'CHECK (octet_length("sha256") = 32)'),
    ]
