"""What foretelling an import costs beside the check alone: of a first import, and of the same file again.

python -m tests.benchmarks.foreseeing [RECORDS]. Times are of the processor in this process, the check's
and the forecast's in turn; the share of PostgreSQL, an index probe a record, is not in them.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.importing import peak_mb

ROUNDS = 3


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "15102021135603.zip"
        _write(path, records)
        office = _office()
        _compare(f"forecast of a first import of {records} records", path, office, at_most=1.1)
        _import(path, office)
        _compare(f"forecast of the same {records} records again", path, office, at_most=6)


def _compare(name: str, path: Path, office, at_most: float) -> None:
    pairs = [(_timed(_check, path, office), _timed(_foresee, path, office)) for _ in range(ROUNDS)]
    plain, both = map(statistics.median, zip(*pairs, strict=True))
    # from here on the highest memory is counted anew
    Path("/proc/self/clear_refs").write_text("5")
    _foresee(path, office)
    line = {"name": name, "figure": round(both, 2), "unit": "s of processor", "ratio": round(both / plain, 2)}
    against = f"the check alone, {plain:.2f} s; memory {peak_mb()} MB"
    print(json.dumps(line | {"against": against, "at_most": {"ratio": at_most}}), flush=True)


def _timed(work: Callable[..., None], *arguments) -> float:
    began = time.process_time()
    work(*arguments)
    return time.process_time() - began


def _check(path: Path, office) -> None:
    from migrations_app.accepting.knowing import known_clients
    from migrations_app.migration_file import check_file

    with path.open("rb") as source:
        known = known_clients(office.pk)
        assert check_file(source, accepted_numbers=None, known_client=known).accepted


def _foresee(path: Path, office) -> None:
    from migrations_app.accepting.findings import Findings
    from migrations_app.accepting.foreseeing import check_and_foresee
    from migrations_app.migration_file import DEFAULT_LIMITS, Kind

    with path.open("rb") as source, Findings() as findings:
        report, _ = check_and_foresee(
            source,
            office_id=office.pk,
            accepted_numbers=office.accepted_numbers(),
            limits=DEFAULT_LIMITS,
            kinds=frozenset(Kind),
            findings=findings,
            progress=lambda fraction: None,
        )
        assert report.accepted


def _write(path: Path, records: int) -> None:
    from migrations_app.migration_file import write_synthetic

    with path.open("wb") as out:
        write_synthetic(
            out,
            clients=records // 5,
            returns=records * 7 // 10,
            messages=records // 10,
            office_number="12345678",
        )


def _office():
    from tests.factories import MembershipFactory

    return MembershipFactory(office__trade_register_number="12345678", role="administrator").office


def _import(path: Path, office) -> None:
    from django.core.files import File

    from migrations_app import accepting
    from migrations_app.importing import running
    from migrations_app.models import ImportType, PartKind
    from portal.dossiers.models import MessageStatus

    by = office.memberships.first().user
    with path.open("rb") as source:
        job = accepting.receive(
            office=office,
            by=by,
            upload=File(source, name=path.name),
            import_type=ImportType.COMBINED,
            selected_kinds=list(PartKind),
            message_status=MessageStatus.UNOPENED,
            wake=False,
        )
    accepting.check(job.pk)
    running.run(job.pk, at_once=True)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    from portal.run import embedded
    from tests import settings as own

    if own.EMBEDDED_ROOT and own.OWN_FOLDER:
        embedded.ensure_running(own.EMBEDDED_ROOT)
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
    finally:
        teardown_databases(old, verbosity=0)
