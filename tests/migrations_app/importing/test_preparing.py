"""One batch ahead: in order, with what went wrong in its place, and looked at again when it is written."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection
from django.utils import timezone

from migrations_app import queue
from migrations_app.importing import batches, preparing, running
from migrations_app.importing.asking import news_of
from migrations_app.importing.preparing import one_ahead, prepare
from migrations_app.importing.reading import Reader
from migrations_app.importing.run_state import Run
from migrations_app.migration_file import MigrationFile
from migrations_app.models import MigrationJob, Part
from migrations_app.uploads import file_limits, open_upload
from portal.dossiers import services
from portal.dossiers.models import Client, Document, Source, TaxReturn
from tests.migrations_app.files import (
    DATABASE,
    PC_03,
    SOURCES,
    client,
    document,
    migration_file,
    part,
    tax_return,
)


def test_next_is_made_while_the_caller_is_busy():
    made = threading.Event()

    def items():
        yield 1
        made.set()
        yield 2

    ahead = one_ahead(items())

    assert next(ahead) == 1
    assert made.wait(5)
    assert list(ahead) == [2]


def test_error_comes_after_what_was_made_before_it():
    def items():
        yield 1
        yield 2
        raise ValueError("three")

    ahead = one_ahead(items())

    assert (next(ahead), next(ahead)) == (1, 2)
    with pytest.raises(ValueError, match="three"):
        next(ahead)


def test_thread_ends_with_its_caller():
    def items():
        while True:
            yield threading.current_thread()

    ahead = one_ahead(items())
    thread = next(ahead)
    ahead.close()

    assert not thread.is_alive()


@pytest.mark.parametrize(("size", "sizes"), [(2, [2, 2, 2, 1]), (6, [2, 4, 1]), (8, [2, 4, 1]), (1, [1] * 7)])
@pytest.mark.django_db(transaction=True)
def test_batches_grow_to_their_size(queued, monkeypatch, size, sizes):
    monkeypatch.setattr(preparing, "_CHUNK", 2)
    job = queued(
        migration_file(part("clients", client()), part("returns", *(tax_return(f"A{n}") for n in range(7))))
    )

    with run_of(job) as run, Reader(run) as reader:
        returns = [part for part in job.parts.all() if part.kind == "returns"]
        ready = list(preparing.prepare_parts(run, reader, returns, size=size))

    assert [each.prepared.records for each in ready] == sizes
    assert [each.is_last for each in ready] == [False] * (len(ready) - 1) + [True]


@contextmanager
def run_of(job: MigrationJob) -> Iterator[Run]:
    """A claimed run of `job`, whose file is open."""
    fence = queue.claim(job.pk, at_once=True)
    with open_upload(job) as upload, MigrationFile.open(upload, file_limits()) as file:
        run = Run(job, fence, file, running._sources(job, file), is_only_source=True)
        yield replace(run, news=news_of(run))


def write_after(queued, data: bytes, kind: str, act) -> Part:
    """Prepare the one batch of `kind`, let somebody `act`, then write it."""
    job = queued(data)
    (part,) = job.parts.filter(kind=kind)
    with run_of(job) as run, Reader(run) as reader:
        (batch,) = reader.batches(part, size=10)
        prepared = prepare(run, part, batch)
        act()
        batches.write(run, part, prepared)
    part.refresh_from_db()
    return part


@pytest.mark.django_db(transaction=True)
def test_return_that_is_unlocked_meanwhile_stays(imported, queued, people):
    clients = part("clients", client())
    imported(migration_file(clients, part("returns", tax_return(amount=5), tax_return("A2", amount=5))))
    again = migration_file(part("returns", tax_return(amount=7), tax_return("A2", amount=7)))

    def unlock() -> None:
        services.unlock(TaxReturn.objects.get(record_key="A2"), by=people.user)

    written = write_after(queued, again, "returns", unlock)

    assert (written.updated, written.skipped) == (1, 1)
    assert written.entries.get().code == "edited-in-portal"
    assert dict(TaxReturn.objects.values_list("record_key", "amount")) == {"A1": 7, "A2": 5}


@pytest.mark.django_db(transaction=True)
def test_client_that_is_edited_meanwhile_stays(imported, queued):
    imported(migration_file(part("clients", client(), client("K2"))))
    again = migration_file(part("clients", client(name="Nieuw"), client("K2", name="Nieuw")))

    def edit() -> None:
        Client.objects.filter(source_ids__record_key="K1").update(name="Zelf", edited_at=timezone.now())

    written = write_after(queued, again, "clients", edit)

    assert (written.updated, written.skipped) == (1, 1)
    assert dict(Client.objects.values_list("source_ids__record_key", "name")) == {"K1": "Zelf", "K2": "Nieuw"}


@pytest.mark.django_db(transaction=True)
def test_document_of_a_batch_that_is_not_committed_is_stored_once(imported, monkeypatch):
    monkeypatch.setattr(running, "BATCH", 1)
    content = b"%PDF-1.7 een aangifte"
    named = document("documents/1.pdf", content)
    whole = running.write

    def slowly(*given):
        # the next batch is ready before this one is there
        time.sleep(0.2)
        whole(*given)

    monkeypatch.setattr(running, "write", slowly)
    imported(
        migration_file(
            part("clients", client()),
            part("returns", *(tax_return(f"A{n}", document=named) for n in range(3))),
            documents={"documents/1.pdf": content},
        )
    )

    assert set(TaxReturn.objects.values_list("document", flat=True)) == {Document.objects.get().pk}


ODD = ('"', "\\", "a,b", "{x}", "'; --", "\u2028", "\x1f", "\U0001f600", "NULL", "%s")


@pytest.mark.django_db(transaction=True)
def test_ids_of_any_characters_are_found_again(imported, outcomes):
    def said(amount: int) -> bytes:
        returns = (tax_return(key, of=key, amount=amount) for key in ODD)
        return migration_file(part("clients", *map(client, ODD)), part("returns", *returns))

    imported(said(1))

    assert outcomes(imported(said(1))) == {
        "clients": {"unchanged": len(ODD), "warned no-identifier": len(ODD)},
        "returns": {"unchanged": len(ODD)},
    }
    assert outcomes(imported(said(2)))["returns"] == {"updated": len(ODD)}


@pytest.mark.django_db(transaction=True)
def test_other_product_is_a_change(imported, outcomes):
    clients = part("clients", client())
    imported(migration_file(clients, part("returns", tax_return(), product_year=2018)))

    again = migration_file(clients, part("returns", tax_return(), product_year=2019))

    assert outcomes(imported(again))["returns"] == {"updated": 1}
    assert TaxReturn.objects.get().product_year == 2019
    assert outcomes(imported(again))["returns"] == {"unchanged": 1}


@pytest.mark.django_db(transaction=True)
def test_changed_record_of_a_client_that_is_nowhere_is_rejected(imported, outcomes):
    clients = part("clients", client())
    imported(migration_file(clients, part("returns", tax_return(amount=1))))

    job = imported(migration_file(part("returns", tax_return(of="K9", amount=2))))

    assert outcomes(job)["returns"] == {"rejected unknown-client": 1}
    assert TaxReturn.objects.get().amount == 1


@pytest.mark.django_db(transaction=True)
def test_only_what_no_other_job_wrote_is_news(imported, queued):
    first = imported(migration_file(part("clients", client()), part("returns", tax_return())))
    later = queued(
        migration_file(
            part("clients", client()),
            part("returns", tax_return()),
            part("responsibilities", {"id": "V1", "client_id": "K1", "staff_email": "a@x"}),
        )
    )

    def news(job: MigrationJob) -> set[str]:
        sources = {row.source_uuid: row for row in Source.objects.all()}
        return {kind for _, kind in news_of(Run(job, 1, None, sources, is_only_source=True))}

    assert news(later) == {"responsibilities"}
    # of a run that goes on, what it wrote itself does not count
    assert news(first) == {"clients", "returns"}


MANY, SMALL = 3000, 20


@pytest.mark.django_db(transaction=True)
def test_batch_never_reads_the_whole_table(imported, queued, monkeypatch):
    """Statistics may be of a time when the table was empty."""

    def read() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_user_tables WHERE relname = ANY(%s)",
                [["dossiers_taxreturn", "dossiers_client", "dossiers_clientsource"]],
            )
            return int(cursor.fetchone()[0])

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dossiers_taxreturn, dossiers_client, dossiers_clientsource")
    clients = [client(f"K{n}") for n in range(MANY // 10)]
    returns = [tax_return(f"A{n}", of=f"K{n % len(clients)}", amount=1) for n in range(MANY)]
    imported(migration_file(part("clients", *clients), part("returns", *returns), sources=SOURCES[:1]))
    monkeypatch.setattr(running, "BATCH", SMALL)
    changed = [{**each, "amount": 2} if n % 10 == 0 else each for n, each in enumerate(returns)]

    again = (part("clients", *clients), part("returns", *changed))
    job = queued(migration_file(*again, sources=SOURCES[:1]))
    before = read()
    running.run(job.pk, at_once=True)
    fetched = read() - before

    assert [part.updated for part in job.parts.all()] == [0, MANY // 10]
    # each row a few times, not once for every batch of 20
    assert fetched <= 6 * (MANY + len(clients)), fetched


@pytest.mark.django_db(transaction=True)
def test_planner_hears_of_many_new_clients(imported, monkeypatch):
    """Else the list of clients would sort all of them for a page, until autovacuum comes by."""
    monkeypatch.setattr(batches, "_MANY", 10)

    def believed() -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'dossiers_client'::regclass")
            return cursor.fetchone()[0]

    def said(number: int) -> bytes:
        return migration_file(part("clients", *(client(f"K{n}") for n in range(number))))

    imported(said(9))
    assert believed() == -1  # few
    imported(said(20))
    assert believed() == 20
    imported(said(21))
    assert believed() == 20


@pytest.mark.django_db(transaction=True)
def test_two_sources_in_one_file_are_looked_up_in_each_other(imported, outcomes):
    job = imported(
        migration_file(
            part("clients", client("K1", rsin="111222333"), client("K2", rsin="123456782")),
            part("clients", client("X1", rsin="123456782"), client("X2"), source=DATABASE, path="2.jsonl"),
            part("returns", tax_return("A1"), source=PC_03),
            part("returns", tax_return("A1", of="X1"), source=DATABASE, path="r2.jsonl"),
        )
    )

    assert job.status == "completed_with_warnings"  # clients without a number
    assert Client.objects.count() == 3
    assert [row.client.source_ids.count() for row in TaxReturn.objects.order_by("client__client_number")] == [
        1,
        2,
    ]
