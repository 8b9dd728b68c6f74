"""Lists and searches over an office of 30,000 clients and 100,000 returns, against the budget of a page.

python -m tests.benchmarks.lists [ROWS]
"""

from __future__ import annotations

import json
import os
import sys
import time

BUDGET_MS = 150
ROUNDS = 40
PAGES = (
    "/klanten/",
    "/klanten/?q=bakker",
    "/aangiften/",
    "/aangiften/?page=2000",
    "/aangiften/?q=bakker",
    "/aangiften/?q=niemand",
    "/aangiften/?tax=OB&tax_year=2018",
    "/aangiften/?status=unlocked",
    "/serviceberichten/?page=1000",
    "/serviceberichten/?q=bakker",
)

CLIENTS = """
INSERT INTO dossiers_client (
    id, office_id, client_number, kind, name, initials, name_prefix, bsn, created_in_id)
SELECT gen_random_uuid(), %(office)s, (100000 + n)::text, 'person',
    (ARRAY['Jansen','Bakker','Visser','Smit','Meijer','Mulder','Bos','Vos','Peters','Dekker'])[1 + n %% 10],
    chr(65 + n %% 26) || '.', CASE WHEN n %% 6 = 0 THEN 'de' ELSE '' END, lpad(n::text, 9, '0'), %(migration)s
FROM generate_series(1, %(rows)s * 3 / 10) AS n
"""
NUMBERED = """
WITH client AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM dossiers_client WHERE office_id = %(office)s)
"""
RETURNS = """
INSERT INTO dossiers_taxreturn (
    id, office_id, client_id, source_id, created_in_id, record_key, content_hash,
    tax, tax_year, period, period_start, period_end, variant, product)
SELECT
    gen_random_uuid(), %(office)s, client.id, %(source)s, %(migration)s, 'r' || n, sha256(n::text::bytea),
    (ARRAY['IB','VPB','OB','ICP'])[1 + n %% 4], 2016 + n %% 10, (2016 + n %% 10)::text,
    make_date(2016 + n %% 10, 1, 1), make_date(2016 + n %% 10, 12, 31), 'return', 'BasWin'
FROM generate_series(1, %(rows)s) AS n JOIN client ON place = 1 + n %% (%(rows)s * 3 / 10)
"""
MESSAGES = """
INSERT INTO dossiers_assessmentmessage (
    id, office_id, client_id, source_id, created_in_id, record_key, content_hash,
    message, tax, tax_year, assessment_date, amount, status)
SELECT
    gen_random_uuid(), %(office)s, client.id, %(source)s, %(migration)s, 'm' || n, sha256(n::text::bytea),
    'SBA', 'IB', 2016 + n %% 10, make_date(2017 + n %% 10, 1 + n %% 12, 1 + n %% 28), n %% 1000, 'Ongeopend'
FROM generate_series(1, %(rows)s) AS n JOIN client ON place = 1 + n %% (%(rows)s * 3 / 10)
"""


def main(rows: int) -> None:
    from tests.factories import MembershipFactory
    from tests.people import logged_in

    member = MembershipFactory()
    # a neighbour as large: what costs time in one table is not only the office's own
    for office in (member.office, MembershipFactory().office):
        _fill(office, rows)
    _settle()
    browser = logged_in(member.user)
    for page in PAGES:
        figure = _p95(browser, page)
        print(
            json.dumps(
                {
                    "name": f"{page} of {rows} records",
                    "figure": round(figure, 1),
                    "unit": "ms (p95)",
                    "ratio": round(figure / BUDGET_MS, 2),
                    "against": f"the budget of {BUDGET_MS} ms",
                }
            )
        )


def _fill(office, rows: int) -> None:
    from django.db import connection

    from portal.dossiers.models import Migration, Source, SourceKind
    from portal.ids import uuid7

    values = {
        "office": office.pk,
        "migration": Migration.objects.create(id=uuid7(), office=office, reference="MIG-2026-0001").pk,
        "source": Source.objects.create(office=office, source_uuid=uuid7(), kind=SourceKind.CLASSIC).pk,
        "rows": rows,
    }
    with connection.cursor() as cursor:
        for statement in (CLIENTS, NUMBERED + RETURNS, NUMBERED + MESSAGES):
            cursor.execute(statement, values)


def _settle() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _p95(browser, page: str) -> float:
    """Milliseconds of the whole answer, middleware and template included."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        if browser.get(page).status_code != 200:
            sys.exit(f"{page} does not answer")
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[int(ROUNDS * 0.95) - 1]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    finally:
        teardown_databases(old, verbosity=0)
