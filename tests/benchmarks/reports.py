"""A migration report of 2,000,000 lines, against the budget of a list: time of each page, and its queries.

python -m tests.benchmarks.reports [LINES]
"""

from __future__ import annotations

import json
import os
import sys
import time

BUDGET_MS, BUDGET_QUERIES = 150, 12
ROUNDS = 20
PAGES = (
    "",
    "regels/",
    "regels/?page=20000",
    "regels/?page=40000",
    "regels/?uitkomst=skipped",
    "regels/?reden=invalid-bsn&page=900",
    "regels/?jaar=2019&page=2000",
)
LEDGER = """
INSERT INTO migrations_app_ledgerentry
    (id, part_id, line, outcome, code, record_key, client_key, tax, tax_year, field, expected)
SELECT gen_random_uuid(), %(part)s, n,
    CASE WHEN n %% 10 = 0 THEN 'skipped' ELSE 'rejected' END,
    CASE n %% 10 WHEN 0 THEN 'year-not-supported' WHEN 1 THEN 'invalid-bsn' ELSE 'unknown-client' END,
    'r' || n, 'k' || n, 'IB', CASE WHEN n %% 10 = 0 THEN 2014 ELSE 2016 + n %% 5 END, '', ''
FROM generate_series(1, %(lines)s) AS n
"""
TALLIES = """
INSERT INTO migrations_app_tally (part_id, outcome, code, tax_year, count)
SELECT part_id, outcome, code, COALESCE(tax_year, 0), count(*)
FROM migrations_app_ledgerentry WHERE part_id = %(part)s GROUP BY 1, 2, 3, 4
"""


def main(lines: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.factories import MembershipFactory
    from tests.people import logged_in

    member = MembershipFactory()
    job = _filled(member, lines)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    browser = logged_in(member.user)
    for page in PAGES:
        address = f"/instellingen/migratie/{job.pk}/{page}"
        figure, own = _p95(browser, address)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        print(
            json.dumps(
                {
                    "name": f"report of {lines} lines, /{page}",
                    "figure": round(figure, 1),
                    "unit": "ms (p95)",
                    "ratio": round(figure / BUDGET_MS, 2),
                    "against": f"the budget of {BUDGET_MS} ms",
                    "processor_ms": round(own, 1),
                    "query_ms": round(1000 * sum(float(query["time"]) for query in queries), 1),
                    "queries": len(queries),
                    "queries_allowed": BUDGET_QUERIES,
                }
            )
        )


def _filled(member, lines: int):
    from django.db import connection
    from django.utils import timezone

    from migrations_app.models import ImportType, MigrationJob, Part, Status
    from portal.ids import uuid7

    now = timezone.now()
    job = MigrationJob.objects.create(
        office=member.office,
        created_by=member.user,
        reference="MIG-2026-0001",
        status=Status.COMPLETED_WITH_WARNINGS,
        import_type=ImportType.COMBINED,
        file_name="15102021135603.zip",
        sha256="0" * 64,
        checked_at=now,
        started_at=now,
        finished_at=now,
        records_total=lines,
        records_done=lines,
    )
    skipped = lines // 10
    part = Part.objects.create(
        job=job,
        position=0,
        path="returns/BasWin2019.jsonl",
        kind="returns",
        source_uuid=uuid7(),
        source_kind="classic",
        product="BasWin",
        product_year=2019,
        announced=lines,
        skipped=skipped,
        rejected=lines - skipped,
        is_closed=True,
    )
    with connection.cursor() as cursor:
        for statement in (LEDGER, TALLIES):
            cursor.execute(statement, {"part": part.pk, "lines": lines})
    return job


def _p95(browser, page: str) -> tuple[float, float]:
    """Milliseconds of the whole answer, middleware and template included; and of this process's own work."""
    times, own = [], []
    for _ in range(ROUNDS):
        began, cpu = time.perf_counter(), time.process_time()
        if browser.get(page).status_code != 200:
            sys.exit(f"{page} does not answer")
        own.append((time.process_time() - cpu) * 1000)
        times.append((time.perf_counter() - began) * 1000)
    place = int(ROUNDS * 0.95) - 1
    return sorted(times)[place], sorted(own)[place]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000)
    finally:
        teardown_databases(old, verbosity=0)
