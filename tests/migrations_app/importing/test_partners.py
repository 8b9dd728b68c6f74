"""Linking partners asks of each client once, also when the planner never heard of their source."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from migrations_app import steering
from migrations_app.importing import finishing, partners, running
from portal.dossiers.models import Client, Migration, Source
from tests.migrations_app.files import DATABASE, PC_03, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)
MANY, COUPLES = 3000, 150  # of so many the planner does not read all


def people(source: str, number: int) -> dict:
    """Couples that name each other, without a number by which they are known elsewhere."""
    everybody = (client(f"P{n}", kind="person", partner_id=f"P{n ^ 1}") for n in range(number))
    return part("clients", *everybody, source=source)


def entries_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s",
            ["dossiers_clientsource"],
        )
        (read,) = cursor.fetchone()
    return int(read or 0)


def test_linking_reads_each_client_a_few_times(imported):
    imported(migration_file(people(PC_03, MANY)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dossiers_clientsource, dossiers_client")
    imported(migration_file(people(DATABASE, 2 * COUPLES)))
    source = Source.objects.get(source_uuid=DATABASE)
    Client.objects.update(partner=None)

    with transaction.atomic():
        before = entries_read()
        partners._link(source.pk, Migration.objects.latest("pk").pk)
        read = entries_read() - before

    assert Client.objects.filter(partner__isnull=False).count() == 2 * COUPLES
    assert read <= 10 * COUPLES, read


def test_sources_that_differ_do_not_take_turns(imported):
    """The same file again leaves the client as it is; what a source says anew counts."""

    def of(source: str, partner: str) -> dict:
        one = client("K1", kind="person", bsn="111222333", partner_id=partner)
        others = (client(key, kind="person") for key in ("K2", "K3"))
        return part("clients", one, *others, source=source, path=f"{source}.jsonl")

    def one() -> tuple:
        found = Client.objects.select_related("partner").get(bsn="111222333")
        return found.partner, found.updated_in

    def partner_by(source: str, key: str) -> Client:
        return Client.objects.get(source_ids__source__source_uuid=source, source_ids__record_key=key)

    imported(migration_file(of(PC_03, "K2")))
    imported(migration_file(of(PC_03, "K2"), of(DATABASE, "K3")))
    last = one()
    assert last[0] == partner_by(DATABASE, "K3")
    for again in (of(PC_03, "K2"),), (of(PC_03, "K2"), of(DATABASE, "K3")):
        imported(migration_file(*again))
        assert one() == last
    imported(migration_file(of(PC_03, "K3")))
    assert one()[0] == partner_by(PC_03, "K3")


def test_partner_that_came_between_two_attempts(
    queued, imported, outcomes, monkeypatch, nextens_administrator
):
    """The first attempt counted that nobody knew the partner; the second one finds it."""
    known = {"rsin": "111222333"}
    job = queued(
        migration_file(part("clients", client(**known, partner_id="K9")), part("returns", tax_return()))
    )

    def fail(run, part, prepared):
        if part.kind == "returns":
            finishing.fail(run.job.pk, run.fence, code="internal")
        write(run, part, prepared)

    write = running.write
    with monkeypatch.context() as trouble:
        trouble.setattr(running, "write", fail)
        running.run(job.pk, at_once=True)
    assert outcomes(job)["clients"] == {"created": 1, "warned unknown-partner": 1}

    imported(migration_file(part("clients", client("K9", rsin="123456782"))))
    steering.retry(job, by=nextens_administrator)
    running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert job.status == "completed"
    assert outcomes(job)["clients"] == {"created": 1}
    assert Client.objects.get(rsin="111222333").partner.rsin == "123456782"
