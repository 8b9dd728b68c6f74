"""The undo of a migration against its own import, in an office that had something before.

python -m tests.benchmarks.undo [RECORDS]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path


def main(records: int) -> None:
    from django.utils import timezone

    from migrations_app import undoing
    from migrations_app.models import MigrationJob
    from tests.contents import content_hash
    from tests.factories import OfficeFactory, UserFactory

    office, user = OfficeFactory(trade_register_number="12345678"), UserFactory()
    with tempfile.TemporaryDirectory() as folder:
        _import(office, user, records // 10, 2, Path(folder))
        before = content_hash(office)
        job_id, import_seconds, import_cpu = _import(office, user, records, 1, Path(folder))
    job = MigrationJob.objects.get(pk=job_id)
    began = time.perf_counter()
    undoing.ask(job, by=user)
    undoing.plan(job_id)
    planned = time.perf_counter() - began
    undoing.approve(MigrationJob.objects.get(pk=job_id), by=user)
    began, cpu = time.perf_counter(), time.process_time()
    undoing.run(job_id)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    job.refresh_from_db()
    if job.status != "undone" or content_hash(office) != before:
        sys.exit(f"after the undo the office is not what it was ({job.status}, {timezone.now():%H:%M})")
    print(
        json.dumps(
            {
                "name": f"undo of {records} records",
                "figure": round(seconds, 2),
                "unit": "s",
                "ratio": round(seconds / import_seconds, 2),
                "against": f"the import of the same records in the same run, {import_seconds:.2f} s",
                "list_made_in": round(planned, 2),
                "processor_seconds": round(cpu, 2),
                "processor_seconds_of_import": round(import_cpu, 2),
            }
        )
    )


def _import(office, user, records: int, seed: int, folder: Path):
    from django.core.files import File

    from migrations_app import accepting
    from migrations_app.importing import running
    from migrations_app.migration_file.synthetic import write_synthetic
    from migrations_app.models import ImportType, MigrationJob, PartKind
    from portal.dossiers.models import MessageStatus

    path = folder / f"1510202113560{seed}.zip"
    clients, messages = records // 5, records // 10
    with path.open("wb") as out:
        write_synthetic(
            out,
            clients=clients,
            returns=records - clients - messages,
            messages=messages,
            seed=seed,
            office_number="12345678",
        )
    with path.open("rb") as upload:
        job = accepting.receive(
            office=office,
            by=user,
            upload=File(upload, name=path.name),
            import_type=ImportType.COMBINED,
            selected_kinds=list(PartKind),
            message_status=MessageStatus.UNOPENED,
        )
    accepting.check(job.pk)
    began, cpu = time.perf_counter(), time.process_time()
    running.run(job.pk, at_once=True)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    job = MigrationJob.objects.get(pk=job.pk)
    if not job.status.startswith("completed"):
        sys.exit(f"the import ended as {job.status}: {job.reason}")
    return job.pk, seconds, cpu


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 520_000)
    finally:
        teardown_databases(old, verbosity=0)
