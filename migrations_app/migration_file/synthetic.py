"""Synthetic migration files: the same content for the same arguments, every record as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from itertools import chain
from random import Random
from typing import BinaryIO
from uuid import UUID, uuid5

from migrations_app.migration_file import samples
from migrations_app.migration_file.manifest import Creator, Office, Source
from migrations_app.migration_file.people import business, business_id, person, person_id
from migrations_app.migration_file.records import Client, Document, Kind, TaxReturn
from migrations_app.migration_file.writer import MigrationFileWriter

DEMO_NUMBER = "12345678"
_SPACE = UUID("6f2b3f8e-5a0d-4a3f-9c53-0f7a3d1f2b10")
_EXPORTED = datetime(2021, 10, 15, 13, 56, 3, tzinfo=timezone(timedelta(hours=2)))
_CREATOR = Creator(name="Migratie Tool", version="2021.2")

_PERSONS, _BUSINESSES = 411, 40
_EXAMPLE_CLIENT = "OB0001"


class Preset(StrEnum):
    """`stappenplan`: the step plan's six product rows, 567 returns, and records of every other kind.
    `ob-messages`: two VAT returns that carry the two official example messages.
    """

    STAPPENPLAN = "stappenplan"
    OB_MESSAGES = "ob-messages"


def write_preset(
    out: BinaryIO, preset: Preset, *, office_number: str = DEMO_NUMBER, office_name: str = "Nextens Demo"
) -> None:
    """Write a preset's file for the office with this trade register number."""
    write = {Preset.STAPPENPLAN: _write_stappenplan, Preset.OB_MESSAGES: _write_ob_messages}[preset]
    source = _source(office_number, 0)
    with _writer(out, office_number, office_name, source) as writer:
        write(writer, source.id)


def write_synthetic(
    out: BinaryIO,
    *,
    clients: int = 1_000,
    returns: int = 5_000,
    messages: int = 500,
    seed: int = 1,
    documents: int = 0,
    office_number: str = DEMO_NUMBER,
    office_name: str = "Nextens Demo",
) -> None:
    """Write so many records in constant memory. The first `documents` returns carry a document each.

    A seed is an installation: two seeds give two sources, and other ids for the same people.
    """
    source = _source(office_number, seed)
    random = Random(seed)  # noqa: S311 reproducible, not secret
    businesses = max(1, clients // 4) if clients > 1 else 0
    persons = clients - businesses
    with _writer(out, office_number, office_name, source) as writer:
        writer.part("clients.jsonl", Kind.CLIENTS, source.id, _clients(persons, businesses))
        attach = _Attach(writer, documents)
        if clients:
            _write_returns(writer, source.id, returns, (persons, businesses), random, attach)
            found = samples.assessment_messages(messages, 2019, persons, random)
            writer.part("assessment_messages.jsonl", Kind.ASSESSMENT_MESSAGES, source.id, found)


def _source(office_number: str, seed: int) -> Source:
    return Source(id=uuid5(_SPACE, f"{office_number}/{seed}"), kind="classic", name=f"PC-{seed + 3:02d}")


def _writer(out: BinaryIO, number: str, name: str, source: Source) -> MigrationFileWriter:
    office = Office(trade_register_number=number, name=name, tax_consultant_number="234564")
    return MigrationFileWriter(
        out, office=office, sources=[source], created_at=_EXPORTED, created_by=_CREATOR
    )


def _clients(persons: int, businesses: int) -> Iterator[Client]:
    return chain(map(person, range(persons)), map(business, range(businesses)))


class _Attach:
    """Gives the first records asked about a document each."""

    def __init__(self, writer: MigrationFileWriter, left: int) -> None:
        self._writer = writer
        self._left = left

    def __call__(self, key: str) -> Document | None:
        if not self._left:
            return None
        self._left -= 1
        data = samples.desktop_file(key)
        return self._writer.document(f"documents/{key}.dat", data, "application/octet-stream")


def _write_returns(
    writer: MigrationFileWriter,
    source: UUID,
    count: int,
    owners: tuple[int, int],
    random: Random,
    attach: _Attach,
) -> None:
    """Six in ten IB, three OB, one Vpb, each over three years."""
    persons, businesses = owners
    makers = [
        ("BasWin", 1, samples.income_tax_returns, persons, 6),
        ("BtwWin", 0, samples.vat_returns, businesses, 3),
        ("VpbWin", 0, samples.corporate_tax_returns, businesses, 1),
    ][: 3 if businesses else 1]
    left = count
    for position, (product, ahead, make, owner_count, tenths) in enumerate(makers):
        share = left if position == len(makers) - 1 else count * tenths // 10
        left -= share
        for step, year in enumerate((2018, 2019, 2020)):
            size = share // 3 + (step < share % 3)
            if size:
                found = make(size, year, owner_count, random, attach)
                _returns_part(writer, source, product, year + ahead, found)


def _returns_part(
    writer: MigrationFileWriter, source: UUID, product: str, year: int, records: Iterator[TaxReturn]
) -> None:
    writer.part(
        f"returns/{product}{year}.jsonl",
        Kind.RETURNS,
        source,
        records,
        product=product,
        product_year=year,
        origin=f"C:\\Elsevier\\{year}\\{product}\\",
    )


def _write_stappenplan(writer: MigrationFileWriter, source: UUID) -> None:
    random = Random(567)  # noqa: S311 reproducible, not secret
    writer.part("clients.jsonl", Kind.CLIENTS, source, _clients(_PERSONS, _BUSINESSES))
    attach = _Attach(writer, 564)

    def add_message(key: str, data: bytes) -> Document:
        return writer.document(f"documents/{key}.xbrl", data, "application/xbrl+xml")

    rows = (
        ("BtwWin", 2016, samples.vat_returns(115, 2016, _BUSINESSES, random, attach)),
        ("VpbWin", 2017, samples.corporate_tax_returns(20, 2017, _BUSINESSES, random, attach)),
        ("VpbWin", 2018, samples.corporate_tax_returns(18, 2018, _BUSINESSES, random, attach)),
        ("BasWin", 2019, samples.income_tax_returns(411, 2018, _PERSONS, random, attach)),
        ("BtwWin", 2021, samples.october_vat_returns(2, random, add_message)),
        ("VpbWin", 2021, samples.corporate_tax_returns(1, 2021, _BUSINESSES, random)),
    )
    for product, year, records in rows:
        _returns_part(writer, source, product, year, records)
    _write_other_kinds(writer, source, random)


def _write_other_kinds(writer: MigrationFileWriter, source: UUID, random: Random) -> None:
    messages = samples.assessment_messages(88, 2018, _PERSONS, random)
    writer.part("assessment_messages.jsonl", Kind.ASSESSMENT_MESSAGES, source, messages)
    schemes = samples.extension_schemes(60, 2019, _PERSONS, random)
    writer.part("extension_schemes.jsonl", Kind.EXTENSION_SCHEMES, source, schemes)
    cards = samples.tax_cards(25, 2018, _PERSONS, random)
    writer.part("tax_cards.jsonl", Kind.TAX_CARDS, source, cards)
    clients = [*map(person_id, range(_PERSONS)), *map(business_id, range(_BUSINESSES))]
    relations = samples.responsibilities(clients, random)
    writer.part("responsibilities.jsonl", Kind.RESPONSIBILITIES, source, relations)


def _write_ob_messages(writer: MigrationFileWriter, source: UUID) -> None:
    client = Client(
        id=_EXAMPLE_CLIENT,
        client_number="20001",
        kind="business",
        name="Voorbeeld OB B.V.",
        rsin=samples.OFFICIAL_VAT_NUMBER[:9],
        vat_return_number=samples.OFFICIAL_VAT_NUMBER,
    )
    writer.part("clients.jsonl", Kind.CLIENTS, source, [client])
    for year in (2020, 2021):
        _returns_part(writer, source, "BtwWin", year, iter([_official_return(writer, year)]))


def _official_return(writer: MigrationFileWriter, year: int) -> TaxReturn:
    data = samples.official_message(year)
    path = f"documents/ob-aangifte-{year}.xbrl"
    return TaxReturn(
        id=f"OB-{year}-10",
        client_id=_EXAMPLE_CLIENT,
        tax="OB",
        tax_year=year,
        period=f"{year}-10",
        status="Gereed",
        amount=samples.OFFICIAL_AMOUNT,
        document=writer.document(path, data, "application/xbrl+xml"),
    )
