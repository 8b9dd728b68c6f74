"""The same returns by django-import-export, in the quickest configuration of it that was found.

python -m tests.benchmarks.importing_rival [RECORDS]

Bulk creation in batches, no transaction per row, no diff, no lookup of what is there, values left as text: it
checks nothing, knows of no file, and writes no report. Ours reads the sealed file and does all of that.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import importing


def main(records: int) -> None:
    from django.db import connection

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "15102021135603.zip"
        importing.write_file(path, clients=records // 4, returns=records)
        job = importing.accepted_job(path)
        ours = importing.import_apart(job).seconds
    with connection.cursor() as cursor:
        floor = importing.copy_into_twin(cursor, "dossiers_taxreturn")
    rows = _rows()
    rival = _by_import_export(rows)
    importing.tell(
        f"{records} returns by django-import-export",
        (rival, "s"),
        rival / ours,
        f"the import of the file with these returns and their {records // 4} clients, {ours:.2f} s",
    )
    importing.tell(
        f"{records} returns by django-import-export, beside COPY",
        (rival, "s"),
        rival / floor,
        f"COPY of the same rows into a twin of the table, {floor:.2f} s",
    )


def _rows():
    """Every return as import-export is handed it; the table is empty afterwards."""
    import tablib

    from portal.dossiers.models import TaxReturn

    columns = [
        field.attname
        for field in TaxReturn._meta.concrete_fields
        if field.attname not in ("created_at", "updated_at", "status")
    ]
    rows = [
        [value if value is None or isinstance(value, bytes) else _text(value) for value in row]
        for row in TaxReturn.objects.values_list(*columns)
    ]
    TaxReturn.objects.all().delete()
    return tablib.Dataset(*rows, headers=columns)


def _text(value):
    return bytes(value) if isinstance(value, memoryview) else str(value)


def _by_import_export(rows) -> float:
    from import_export.fields import Field
    from import_export.resources import ModelResource
    from import_export.widgets import Widget

    from portal.dossiers.models import TaxReturn

    class Meta:
        model = TaxReturn
        fields = tuple(rows.headers)
        import_id_fields = ("id",)
        use_bulk = True
        batch_size = 2000
        use_transactions = False
        force_init_instance = True
        skip_diff = True
        skip_html_diff = True
        report_skipped = False
        store_instance = False

    fields = {name: Field(column_name=name, attribute=name, widget=Widget()) for name in rows.headers}
    resource = type("Returns", (ModelResource,), {**fields, "Meta": Meta})()
    began = time.perf_counter()
    resource.import_data(rows, raise_errors=True)
    seconds = time.perf_counter() - began
    if TaxReturn.objects.count() != len(rows):
        sys.exit("not every return arrived")
    return seconds


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    importing.as_a_server_commits()
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    finally:
        teardown_databases(old, verbosity=0)
