"""Pages against the budgets of the architecture: time (p95, warm), queries, and what a browser loads.

An office of 2,000 clients, 100,000 returns and as many messages beside one as large, 200 people, 1,000,000
audit events. Each time stands beside that of /health/live in the same run, which passes the same middleware:
on a busy machine both grow.

python -m tests.benchmarks.pages [RECORDS]
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROUNDS = 60
KB = 1000
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+\.(css|js))"')


@dataclass(frozen=True)
class Budget:
    """Milliseconds, queries, and kB of HTML, CSS and JavaScript as sent with gzip."""

    ms: int
    queries: int
    html: int = 14
    css: int = 8
    js: int = 20


LOGIN, ORDINARY, LIST = Budget(300, 10), Budget(100, 12), Budget(150, 12, html=20)
UPLOAD, POLL = Budget(100, 12, js=45), Budget(50, 3)
PAGES = {
    "/inloggen/": LOGIN,
    "/": ORDINARY,
    "/help/": ORDINARY,
    "/tools/": ORDINARY,
    "/instellingen/": ORDINARY,
    "/instellingen/account/": ORDINARY,
    "/instellingen/certificaten/": ORDINARY,
    "/instellingen/kantoorgegevens/": ORDINARY,
    "/instellingen/koppelingen/": ORDINARY,
    "/instellingen/mijn-producten/": ORDINARY,
    "/instellingen/mijn-logos/": ORDINARY,
    "/instellingen/gebruikersbeheer/": LIST,
    "/instellingen/logboek/": LIST,
    "/instellingen/logboek/?page=2000": LIST,
    "/instellingen/logboek/?act=token.created": LIST,
    "/instellingen/migratie/": LIST,
    "/instellingen/migratie/nieuw/": ORDINARY,
    "/instellingen/migratie/nieuw/importtype/": ORDINARY,
    "/instellingen/migratie/nieuw/bestand/": UPLOAD,
    "{job}": ORDINARY,
    "{job}voortgang/": ORDINARY,
    "{job}voortgang/stand/": POLL,
    "/klanten/": LIST,
    "/klanten/?q=bakker": LIST,
    "/klanten/?q=niemand": LIST,
    "{client}": ORDINARY,
    "/aangiften/": LIST,
    "/aangiften/?page=2000": LIST,
    "/aangiften/?q=bakker": LIST,
    "/aangiften/?q=niemand": LIST,
    "/aangiften/?tax=OB&tax_year=2018": LIST,
    "/aangiften/?status=unlocked": LIST,
    "{return}": ORDINARY,
    "/serviceberichten/?page=1000": LIST,
    "/serviceberichten/?q=bakker": LIST,
}

CLIENTS = """
INSERT INTO dossiers_client (
    id, office_id, client_number, kind, name, initials, name_prefix, bsn, created_in_id)
SELECT gen_random_uuid(), %(office)s, (100000 + n)::text, 'person',
    (ARRAY['Jansen','Bakker','Visser','Smit','Meijer','Mulder','Bos','Vos','Peters','Dekker'])[1 + n %% 10],
    chr(65 + n %% 26) || '.', CASE WHEN n %% 6 = 0 THEN 'de' ELSE '' END, lpad(n::text, 9, '0'), %(migration)s
FROM generate_series(1, %(clients)s) AS n
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
FROM generate_series(1, %(rows)s) AS n JOIN client ON place = 1 + n %% %(clients)s
"""
MESSAGES = """
INSERT INTO dossiers_assessmentmessage (
    id, office_id, client_id, source_id, created_in_id, record_key, content_hash,
    message, tax, tax_year, assessment_date, amount, status)
SELECT
    gen_random_uuid(), %(office)s, client.id, %(source)s, %(migration)s, 'm' || n, sha256(n::text::bytea),
    'SBA', 'IB', 2016 + n %% 10, make_date(2017 + n %% 10, 1 + n %% 12, 1 + n %% 28), n %% 1000, 'Ongeopend'
FROM generate_series(1, %(rows)s) AS n JOIN client ON place = 1 + n %% %(clients)s
"""
EVENTS = """
INSERT INTO office_auditevent (id, at, office_id, actor_id, act, target_type, target_id, facts)
SELECT gen_random_uuid(), now() - n * interval '1 minute', %(office)s, member.user_id,
    (ARRAY['user.logged_in','document.downloaded','office.changed'])[1 + n %% 3], '', NULL, '{}'
FROM generate_series(1, %(rows)s * 10) AS n JOIN (
    SELECT user_id, row_number() OVER (ORDER BY user_id) AS place, count(*) OVER () AS of
    FROM office_membership WHERE office_id = %(office)s) AS member ON place = 1 + n %% member.of
"""


def main(rows: int) -> None:
    from tests.people import logged_in

    user, names = _large_office(rows)
    browser = logged_in(user)
    _choose_importtype(browser)
    floor = _times(lambda: browser.get("/health/live"))
    heaviest: dict[str, tuple[float, str, float, int]] = {}
    for page, budget in PAGES.items():
        visitor = logged_in(None) if page == "/inloggen/" else browser
        ask = partial(_get, visitor, page.format(**names))
        _report(page, budget, floor, _times(ask), rows)
        queries = _queries(ask)
        _print(f"{page}: queries", queries, "queries", queries / budget.queries, f"at most {budget.queries}")
        for kind, size in _weights(ask()).items():
            most = getattr(budget, kind)
            heaviest[kind] = max(heaviest.get(kind, (0, "", 0, 0)), (size / most, page, size, most))
    for kind, (ratio, page, size, most) in heaviest.items():
        _print(f"{kind} of {page}, nearest its bound of all", size, "kB (gzip)", ratio, f"at most {most} kB")
    log_in = _ready_to_log_in(user)
    _report("logging in", LOGIN, floor, _times(log_in), rows)
    queries = _queries(log_in)
    _print("logging in: queries", queries, "queries", queries / LOGIN.queries, f"at most {LOGIN.queries}")


def _large_office(rows: int) -> tuple[Any, dict[str, str]]:
    from django.db import connection

    from portal.dossiers.models import Client, TaxReturn
    from portal.office.models import Role
    from tests.factories import MembershipFactory
    from tests.test_access_walk import job_of

    member = MembershipFactory(role=Role.ADMINISTRATOR)
    MembershipFactory.create_batch(199, office=member.office)
    # a neighbour as large: what costs time in one table is not only the office's own
    for office in (member.office, MembershipFactory().office):
        _fill(office, rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    mine = {"office": member.office}
    return member.user, {
        "job": f"/instellingen/migratie/{job_of(member.office)}/",
        "client": f"/klanten/{Client.objects.filter(**mine)[0].pk}/",
        "return": f"/aangiften/{TaxReturn.objects.filter(**mine)[0].pk}/",
    }


def _fill(office: Any, rows: int) -> None:
    from django.db import connection

    from portal.dossiers.models import Migration, Source, SourceKind
    from portal.ids import uuid7

    values = {
        "office": office.pk,
        "migration": Migration.objects.create(id=uuid7(), office=office, reference="MIG-2026-0001").pk,
        "source": Source.objects.create(office=office, source_uuid=uuid7(), kind=SourceKind.CLASSIC).pk,
        "rows": rows,
        "clients": max(1, rows // 50),
    }
    with connection.cursor() as cursor:
        for statement in (CLIENTS, NUMBERED + RETURNS, NUMBERED + MESSAGES, EVENTS):
            cursor.execute(statement, values)


def _choose_importtype(browser: Any) -> None:
    """The page after it asks for the answers of this one."""
    from portal.office import ports

    setattr(ports.certificates(), "has_active_certificate", lambda office_id: True)  # noqa: B010 - a method
    kinds = ["returns", "clients", "extension_schemes", "tax_cards"]
    answers = {"import_type": "combined", "kinds": kinds, "message_status": "Ongeopend"}
    browser.post("/instellingen/migratie/nieuw/importtype/", answers)


def _get(browser: Any, path: str) -> Any:
    answer = browser.get(path)
    if answer.status_code != 200:
        sys.exit(f"{path} answers {answer.status_code}")
    return answer


def _ready_to_log_in(user: Any) -> Callable[[], object]:
    """With the password hashed as in production, and each time in a browser that is not known."""
    from django.conf import settings

    from tests.factories import PASSWORD
    from tests.people import logged_in

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user.set_password(PASSWORD)
    user.save()

    def log_in() -> None:
        if logged_in(None).post("/inloggen/", {"login": user.email, "password": PASSWORD}).status_code != 302:
            sys.exit("nobody gets in")

    return log_in


class Times(NamedTuple):
    """Milliseconds (p95): of the whole answer, and of this process's own work, without PostgreSQL's."""

    whole: float
    own: float


def _times(ask: Callable[[], object]) -> Times:
    """Of an answer with middleware and template."""
    ask()
    times, own = [], []
    for _ in range(ROUNDS):
        began, cpu = time.perf_counter(), time.process_time()
        ask()
        own.append((time.process_time() - cpu) * 1000)
        times.append((time.perf_counter() - began) * 1000)
    place = int(ROUNDS * 0.95) - 1
    return Times(sorted(times)[place], sorted(own)[place])


def _queries(ask: Callable[[], object]) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        ask()
    kept = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].lstrip().startswith(kept) for query in queries.captured_queries)


def _report(page: str, budget: Budget, floor: Times, times: Times, rows: int) -> None:
    against = f"the budget of {budget.ms} ms; /health/live in the same run: {floor.whole:.1f} ms"
    ratio, own = times.whole / budget.ms, {"processor_ms": round(times.own, 1)}
    _print(f"{page} of {rows} records", times.whole, "ms (p95)", ratio, against, **own)


def _weights(answer: Any) -> dict[str, float]:
    """kB as sent, by kind."""
    loaded = {"html": len(gzip.compress(answer.content, 6)) / KB, "css": 0.0, "js": 0.0}
    for path, kind in set(STATIC.findall(answer.content.decode())):
        loaded[kind] += _size(path)
    return loaded


def _size(path: str) -> float:
    from django.contrib.staticfiles import finders

    found = Path(str(finders.find(path.removeprefix("/static/"))))
    return len(gzip.compress(found.read_bytes(), 9)) / KB


def _print(name: str, figure: float, unit: str, ratio: float, against: str, **more: float) -> None:
    rounded = {"name": name, "figure": round(figure, 2), "unit": unit, "ratio": round(ratio, 2)}
    print(json.dumps({**rounded, "against": against, **more}), flush=True)


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
