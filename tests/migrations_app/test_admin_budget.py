"""The desk's pages of migrations and certificates ask the database little, however many rows they show."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.people import logged_in

JOBS = "/admin/migrations_app/migrationjob/"


def asked(browser, at):
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(at).status_code == 200
    return [query["sql"].replace(chr(34), "")[:3000] for query in queries]


def test_list_of_migrations(imported, checked, office, nextens_administrator):
    browser = logged_in(nextens_administrator)
    imported()
    few = asked(browser, JOBS)
    for _ in range(4):
        checked()
    office.opening_hours.create(weekday=0, opens_at="08:00", closes_at="17:00")
    many = asked(browser, JOBS)
    assert len(many) <= 12, "\n".join(many)
    assert len(many) <= len(few) + 1
    for query in ("?q=nextens", "?q=MIG-2026-0001", "?q=a@b.example", f"?kantoor={office.pk}", "?dagen=7"):
        found = asked(browser, JOBS + query)
        assert len(found) <= 12, found


def test_page_of_a_migration(imported, nextens_administrator):
    job = imported()
    queries = asked(logged_in(nextens_administrator), f"{JOBS}{job.pk}/change/")
    assert len(queries) <= 12, "\n".join(queries)


def test_list_of_certificates(nextens_administrator):
    queries = asked(logged_in(nextens_administrator), "/admin/certificates/certificate/?verloopt=4")
    assert len(queries) <= 12, "\n".join(queries)
