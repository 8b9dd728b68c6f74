"""Clients as rows of COPY: into a staging table when the portal may know them, else where they belong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from migrations_app.importing.copying import NULL, Copy, encode, hexadecimal, in_pieces
from migrations_app.importing.run_state import Run
from migrations_app.migration_file import AcceptedRecord
from migrations_app.migration_file.records import (
    DEFAULT_ACTIVE,
    DEFAULT_COUNTRY,
    DEFAULT_SEQUENCE,
    Address,
    Client,
)
from migrations_app.models import Part
from portal.ids import uuid7_texts

STAGING = "staging_client"
_TEXTS = (
    *("client_number", "kind", "name", "initials", "name_prefix", "bsn", "rsin", "trade_register_number"),
    *("vat_id", "vat_return_number", "payroll_tax_number", "email", "phone"),
)
_VALUES = (("sequence", "int"), ("active", "boolean"), ("date_of_birth", "date"), ("client_until", "date"))
_ADDRESS = ("street", "house_number", "addition", "postcode", "city", "country")

# of dossiers_client, with the types of the staging table
COLUMNS: tuple[tuple[str, str], ...] = (
    *_VALUES,
    *((name, "text") for name in (*_TEXTS, *_ADDRESS)),
)
BLANK_WHEN_ABSENT = frozenset((*_TEXTS, *_ADDRESS)) - {"client_number", "kind", "name"}
STAGING_COLUMNS = (
    ("line", "int"),
    ("id", "uuid"),
    ("record_key", 'text COLLATE "C"'),
    ("content_hash", "bytea"),
    ("partner_key", 'text COLLATE "C"'),
    *COLUMNS,
    ("has_address", "boolean"),
    # filled by what the portal has
    ("client_id", "uuid"),
    ("known_hash", "bytea"),
)
_values_of = attrgetter(*(name for name, _ in _VALUES), *_TEXTS)
_address_of: Callable[[Address], tuple[str | None, ...]] = attrgetter(*_ADDRESS[:-1])
_NO_ADDRESS = "\t" * (len(_ADDRESS) - 1)
_NULLS = (*((NULL,) * len(_VALUES)), *(("",) * len(_TEXTS)))
_NULLS_AT_FIRST = (encode(DEFAULT_SEQUENCE), encode(DEFAULT_ACTIVE), *_NULLS[2:])


def staged(records: Sequence[AcceptedRecord]) -> Copy:
    """Into the staging table, where a blank text stands for one that is absent."""
    lines = (
        f"{accepted.line}\t{pk}\t{_source_text(accepted)}"
        f"\t{_content(accepted.record, _NULLS, '')}\t{encode(has_address(accepted))}"
        for pk, accepted in zip(uuid7_texts(len(records)), records, strict=True)
    )
    columns = ("line", "id", *_SOURCE_COLUMNS, *_NAMES, "has_address")
    return Copy(STAGING, columns, in_pieces(lines))


def added(run: Run, part: Part, records: Sequence[AcceptedRecord]) -> tuple[Copy, Copy]:
    """Clients that nobody has, and by which ids their source knows them."""
    rows = list(zip(uuid7_texts(len(records)), records, strict=True))
    of_job, of_source = encode(run.job.pk), f"{run.source_of(part).pk}\t{run.job.pk}"
    clients = (
        f"{client}\t{run.office_id}\t{of_job}\t{_content(accepted.record, _NULLS_AT_FIRST, DEFAULT_COUNTRY)}"
        for client, accepted in rows
    )
    links = (
        f"{pk}\t{client}\t{of_source}\t{_source_text(accepted)}"
        for pk, (client, accepted) in zip(uuid7_texts(len(rows)), rows, strict=True)
    )
    return (
        Copy("dossiers_client", ("id", "office_id", "created_in_id", *_NAMES), in_pieces(clients)),
        Copy(
            "dossiers_clientsource",
            ("id", "client_id", "source_id", "created_in_id", *_SOURCE_COLUMNS),
            in_pieces(links),
        ),
    )


_NAMES = tuple(name for name, _ in COLUMNS)
_SOURCE_COLUMNS = ("record_key", "content_hash", "partner_key")


def _source_text(accepted: AcceptedRecord) -> str:
    client: Any = accepted.record
    return f"{encode(client.id)}\t{hexadecimal(accepted.content_hash)}\t{encode(client.partner_id or '')}"


def has_address(accepted: AcceptedRecord) -> bool:
    client: Any = accepted.record
    return client.address is not None


def _content(client: Any, nulls: Sequence[str], country: str) -> str:
    """`nulls` are the texts of what is absent, `country` that of an address without one."""
    return "\t".join(_texts(client, nulls, country))


def _texts(client: Client, nulls: Sequence[str], country: str) -> Iterator[str]:
    for value, null in zip(_values_of(client), nulls, strict=True):
        yield null if value is None else encode(value)
    if client.address is None:
        yield _NO_ADDRESS
        return
    for text in _address_of(client.address):
        yield encode(text) if text else ""
    yield client.address.country or country
