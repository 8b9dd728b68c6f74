"""What the writer writes, the reader reads: the identity, for any records the contract allows."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.migration_file import (
    Address,
    AssessmentMessage,
    Client,
    Kind,
    MigrationFile,
    MigrationFileWriter,
    Office,
    Source,
    TaxCard,
    TaxCardLine,
    TaxReturn,
    check_file,
)
from tests.migrations_app.migration_file.build import NUMBER, SOURCE, line

OFFICE = Office(trade_register_number=NUMBER, name="Kantoor Voorbeeld", tax_consultant_number="234564")
SOURCES = [Source(id=UUID(SOURCE), kind="classic", name="PC-03")]
MOMENT = datetime(2021, 10, 15, 13, 56, 3, tzinfo=timezone(timedelta(hours=2)))


def write(fill):
    out = io.BytesIO()
    with MigrationFileWriter(out, office=OFFICE, sources=SOURCES, created_at=MOMENT) as writer:
        fill(writer)
    return out


def round_trip(kind, records):
    options = {"product": "BasWin", "product_year": 2019} if kind is Kind.RETURNS else {}
    out = write(lambda writer: writer.part("p.jsonl", kind, SOURCES[0].id, records, **options))
    with MigrationFile.open(out) as file:
        found = [each.record for batch in file.batches(file.manifest.parts[0]) for each in batch.accepted]
    assert found == records


def text(low, high):
    characters = st.characters(codec="utf-8", exclude_characters="\0", max_codepoint=0x2FF)
    return st.text(characters, min_size=low, max_size=high)


def maybe(strategy):
    return st.none() | strategy


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AMOUNTS = st.decimals(-(10**12), 10**12, places=2)
IDS = text(1, 64)
NUMBERS = st.sampled_from(["111222333", "123456782", "001000044"])
ADDRESSES = st.builds(
    Address,
    street=maybe(text(0, 200)),
    house_number=maybe(text(0, 20)),
    country=st.sampled_from(["NL", "BE"]),
)
CLIENTS = st.builds(
    Client,
    id=IDS,
    client_number=text(1, 32),
    kind=st.just("business"),
    name=text(1, 200),
    bsn=maybe(NUMBERS),
    rsin=maybe(NUMBERS),
    sequence=st.integers(1, 99),
    date_of_birth=maybe(DAYS),
    email=maybe(text(0, 254)),
    address=maybe(ADDRESSES),
    partner_id=maybe(IDS),
    active=st.booleans(),
    client_until=maybe(DAYS),
)
RETURNS = st.builds(
    TaxReturn,
    id=IDS,
    client_id=IDS,
    tax=st.sampled_from(["IB", "VPB", "LH"]),
    tax_year=st.just(2018),
    period=st.sampled_from(["2018", "2018-Q2", "2018-07", "2018-02-01/2018-03-31"]),
    status=maybe(text(0, 200)),
    variant=st.sampled_from(["return", "supplement"]),
    submitted_at=maybe(MOMENTS),
    amount=maybe(AMOUNTS),
)
MESSAGES = st.builds(
    AssessmentMessage,
    id=IDS,
    client_id=IDS,
    message=st.sampled_from(["SBA", "SBU", "SBT"]),
    tax=maybe(text(0, 20)),
    assessment_date=maybe(DAYS),
    amount=maybe(AMOUNTS),
    status=maybe(st.sampled_from(["Akkoord", "Archief"])),
)
CARDS = st.builds(
    TaxCard,
    id=IDS,
    client_id=IDS,
    tax_year=st.integers(2015, 2100),
    lines=maybe(st.lists(st.builds(TaxCardLine, label=text(0, 30), value=text(0, 30)), max_size=3)),
)


@given(st.lists(CLIENTS, max_size=4))
def test_clients(records):
    round_trip(Kind.CLIENTS, records)


@given(st.lists(RETURNS, max_size=4))
def test_returns(records):
    round_trip(Kind.RETURNS, records)


@given(st.lists(MESSAGES, max_size=4))
def test_messages(records):
    round_trip(Kind.ASSESSMENT_MESSAGES, records)


@given(st.lists(CARDS, max_size=4))
def test_cards(records):
    round_trip(Kind.TAX_CARDS, records)


def test_lines_dictionaries_and_documents():
    def fill(writer):
        document = writer.document("documents/é.pdf", b"%PDF", "application/pdf")
        client = Client(id="a", client_number="1", kind="person", name="A", bsn="111222333")
        records = [{"id": "b", "client_number": "2", "kind": "person", "name": "B", "bsn": None}, client]
        writer.part("clients.jsonl", Kind.CLIENTS, SOURCES[0].id, records)
        message = AssessmentMessage(
            id="m", client_id="a", message="SBA", document=document, amount=Decimal("1.50")
        )
        raw = line({"id": "n", "client_id": "b", "message": "SBU"})
        writer.part("messages.jsonl", Kind.ASSESSMENT_MESSAGES, SOURCES[0].id, [message, raw])

    out = write(fill)
    report = check_file(out, accepted_numbers=[NUMBER])
    assert report.accepted and [part.good for part in report.parts] == [2, 2]
    assert (report.manifest.documents.count, report.manifest.documents.bytes) == (1, 4)


def test_the_manifest_is_the_first_entry_and_any_zip_program_reads_the_file():
    out = write(lambda writer: writer.part("clients.jsonl", Kind.CLIENTS, SOURCES[0].id, []))
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["manifest.json", "clients.jsonl"]
        assert archive.testzip() is None


class Pipe(io.RawIOBase):
    """Cannot seek."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def test_a_pipe_will_do():
    pipe = Pipe()
    with MigrationFileWriter(pipe, office=OFFICE, sources=SOURCES, created_at=MOMENT) as writer:
        writer.part("clients.jsonl", Kind.CLIENTS, SOURCES[0].id, [])
    assert check_file(io.BytesIO(pipe.data), accepted_numbers=[NUMBER]).accepted


def test_a_path_outside_documents():
    with pytest.raises(ValueError, match="documents/"):
        write(lambda writer: writer.document("returns/a", b"", "application/xml"))


def test_nothing_is_written_after_an_error():
    out = io.BytesIO()
    with pytest.raises(KeyError), MigrationFileWriter(out, office=OFFICE, sources=SOURCES, created_at=MOMENT):
        raise KeyError("the export broke off")
    assert out.getvalue() == b""
