"""The number by which people name a migration: `MIG-2026-0042`."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone


def next_reference(moment: dt.datetime) -> str:
    """The next free reference of the year of `moment`, in local time.

    One statement, so that two at once cannot get the same number; its row stays locked until the caller's
    transaction ends, and a rollback gives the number back.
    """
    year = timezone.localtime(moment).year
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO migrations_app_jobnumber AS n (year, last) VALUES (%s, 1)
            ON CONFLICT (year) DO UPDATE SET last = n.last + 1
            RETURNING last
            """,
            [year],
        )
        (number,) = cursor.fetchone()
    return f"MIG-{year}-{number:04d}"
