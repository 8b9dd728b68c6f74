"""What COPY's text format makes of values, told by PostgreSQL itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection

from migrations_app.importing.copying import copy_rows

VALUES = [
    ("text", "Bakkerij 'De Korenbloem' & Zn."),
    ("text", "tab\there, back\\slash, line\nfeed, return\r, \\N"),
    ("text", ""),
    ("text", "é\u00a0ü 你\U0001f511"),
    ("text", None),
    ("int", 2018),
    ("boolean", True),
    ("boolean", False),
    ("numeric", Decimal("-1234.50")),
    ("date", dt.date(2020, 2, 29)),
    ("timestamptz", dt.datetime(2021, 10, 15, 11, 56, 3, tzinfo=dt.UTC)),
    ("bytea", b"\x00\xff\\x"),
    ("uuid", UUID("7f9c2ba4-e88f-4d1a-b1d5-0c6a8f3e2b11")),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("type_", "value"), VALUES)
def test_value_arrives_as_it_was(type_, value):
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE copied (value {type_}) ON COMMIT DROP")
        copy_rows(cursor, "copied", ["value"], [(value,)])
        cursor.execute("SELECT value FROM copied")

        assert cursor.fetchall() == [(value,)]


@pytest.mark.django_db
def test_more_rows_than_one_piece_all_arrive():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (value int) ON COMMIT DROP")
        copy_rows(cursor, "copied", ["value"], ((number,) for number in range(1203)))
        cursor.execute("SELECT count(*), sum(value) FROM copied")

        assert cursor.fetchone() == (1203, sum(range(1203)))
