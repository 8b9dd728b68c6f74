"""Whoever owns the tables, for the two commands that need it (ADR 35): `migrate` and `delete_office`.

With DATABASE_OWNER_URL the role of DATABASE_URL owns nothing, so that no trigger stands or falls by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections


@contextmanager
def connected() -> Iterator[bool]:
    """In it the database is reached as its owner; False, and nothing changes, where none is named."""
    if settings.DATABASE_OWNER is None:
        yield False
        return
    own, its = settings.DATABASES["default"], settings.DATABASE_OWNER
    if own["NAME"] != its["NAME"] or own["USER"] in ("", its["USER"]):
        raise CommandError(
            "DATABASE_OWNER_URL en DATABASE_URL noemen dezelfde database, elk met een eigen rol."
        )
    wrapper = connections["default"]
    kept = wrapper.settings_dict
    wrapper.close()
    # another dict: the settings go on saying who the application is
    wrapper.settings_dict = {**kept, "OPTIONS": {}, **its}
    try:
        yield True
    finally:
        wrapper.close()
        wrapper.settings_dict = kept
