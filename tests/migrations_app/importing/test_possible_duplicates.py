"""The same return from two sources: said of each, at a price that does not grow with the square."""

from __future__ import annotations

import pytest
from django.db import connection

from migrations_app.importing import merging
from tests.migrations_app.files import DATABASE, PC_03, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 500


def returns_of_one(source: str, prefix: str) -> dict:
    return part("returns", *(tax_return(f"{prefix}{n}") for n in range(MANY)), source=source)


@pytest.fixture
def rows_read(monkeypatch):
    """How many rows of returns each search for duplicates read."""
    whole = merging._twice
    read: list[int] = []

    def returns_read(cursor) -> int:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s",
            ["dossiers_taxreturn"],
        )
        return cursor.fetchone()[0]

    def counted(cursor, *given):
        before = returns_read(cursor)
        found = whole(cursor, *given)
        read.append(returns_read(cursor) - before)
        return found

    monkeypatch.setattr(merging, "_twice", counted)
    return read


def test_many_returns_of_one_client_are_each_read_once(imported, outcomes, rows_read):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE dossiers_taxreturn")
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("clients", client(rsin="111222333"), source=DATABASE, path="others.jsonl"),
            returns_of_one(PC_03, "A"),
        )
    )
    assert outcomes(job)["returns"] == {"created": MANY}

    job = imported(
        migration_file(part("returns", tax_return("B1"), tax_return("B2", period="2018-Q1"), source=DATABASE))
    )

    assert outcomes(job)["returns"] == {"created": 2, "warned possible-duplicate": 1}
    assert len(rows_read) == 2
    assert max(rows_read) <= 3 * MANY, rows_read


def test_one_period_written_in_several_ways(imported, outcomes):
    job = imported(
        migration_file(
            part("clients", client(rsin="111222333")),
            part("clients", client(rsin="111222333"), source=DATABASE, path="others.jsonl"),
            part("returns", tax_return("A1"), tax_return("A2", period="2018-Q3")),
            part(
                "returns",
                tax_return("B1", period="2018-01-01/2018-12-31"),
                tax_return("B2", period="2018-07-01/2018-09-30"),
                tax_return("B3", period="2018-07"),
                source=DATABASE,
                path="others/returns.jsonl",
            ),
        )
    )
    assert outcomes(job)["returns"] == {"created": 5, "warned possible-duplicate": 2}
