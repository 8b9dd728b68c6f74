"""Parts in batches: every record exactly once, with its line, its hash and its outcome."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from migrations_app.migration_file import (
    DocumentMismatch,
    DocumentMissing,
    Limits,
    MigrationFile,
    Refused,
    check_file,
    partreader,
)
from tests.migrations_app.migration_file.build import (
    CLIENT,
    MINIMAL,
    RETURN,
    RawEntry,
    archive,
    document_of,
    file_of,
    line,
    lines_of,
    manifest_entry,
    manifest_of,
    part_of,
    raw_zip,
)


def batches_of(source, *, limits=None, part=0, unique=True, **options):
    with MigrationFile.open(source, limits or Limits()) as file:
        chosen = file.manifest.parts[part]
        if not unique:
            return list(file.batches(chosen, **options))
        with file.duplicate_index(chosen) as index:
            return list(file.batches(chosen, duplicates=index, **options))


def only(source, **options):
    (batch,) = batches_of(source, **options)
    return batch


def refusal(source, **options):
    (found,) = only(source, **options).refused
    return found


def client(**changes):
    return only(file_of(clients=[line(CLIENT, **changes)]))


def tax_return(**changes):
    return only(file_of(returns=[line(RETURN, **changes)]))


def fault(batch):
    (found,) = batch.refused
    assert not batch.accepted
    return found.code, found.field


@pytest.mark.parametrize("kind", MINIMAL)
def test_the_least_of_every_kind(kind):
    batch = only(file_of(**{kind: [line(MINIMAL[kind])]}))
    assert batch.accepted[0].record.id == MINIMAL[kind]["id"]
    assert batch.refused == batch.warnings == []


@pytest.mark.parametrize("kind", MINIMAL)
def test_every_required_field(kind):
    for name in MINIMAL[kind]:
        if name == "bsn":
            continue
        record = {key: value for key, value in MINIMAL[kind].items() if key != name}
        found = refusal(file_of(**{kind: [line(record)]}))
        assert (found.code, found.field, found.expectation) == ("invalid-field", name, "required")


def test_null_is_what_is_left_out_and_not_the_default():
    nulls = {"sequence": None, "active": None, "address": {"country": None}}
    said = {"sequence": 1, "active": True, "address": {"country": "NL"}}
    null, out, default = (client(**each).accepted[0] for each in (nulls, {"address": {}}, said))
    assert (null.record.sequence, null.record.active, null.record.address.country) == (None, None, None)
    assert null.content_hash == out.content_hash != default.content_hash
    assert tax_return(variant=None).accepted[0].record.variant is None


def test_a_house_number_is_a_text():
    assert client(address={"house_number": 12}).accepted[0].record.address.house_number == "12"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"bsn": "123456789"}, ("invalid-bsn", "bsn")),
        ({"bsn": "12345678"}, ("invalid-bsn", "bsn")),
        ({"bsn": ""}, ("invalid-bsn", "bsn")),
        ({"bsn": 111222333}, ("invalid-field", "bsn")),
        ({"kind": "business", "rsin": "123456789"}, ("invalid-rsin", "rsin")),
        ({"rsin": "001000044"}, ("invalid-field", "rsin")),
        ({"kind": "company"}, ("invalid-field", "kind")),
        ({"trade_register_number": "1234567"}, ("invalid-field", "trade_register_number")),
        ({"vat_id": "NL123456789B14"}, ("invalid-field", "vat_id")),
        ({"vat_return_number": "NL123456782B01"}, ("invalid-field", "vat_return_number")),
        ({"payroll_tax_number": "123456789L01"}, ("invalid-field", "payroll_tax_number")),
        ({"date_of_birth": "1970-02-30"}, ("invalid-field", "date_of_birth")),
        ({"client_number": "x" * 33}, ("invalid-field", "client_number")),
        ({"name": "x" * 201}, ("invalid-field", "name")),
        ({"name": ""}, ("invalid-field", "name")),
        ({"sequence": 0}, ("invalid-field", "sequence")),
        ({"address": {"country": "nl"}}, ("invalid-field", "address.country")),
        ({"partner_id": ""}, ("invalid-field", "partner_id")),
    ],
)
def test_rules_of_a_client(changes, found):
    assert fault(client(**changes)) == found


def test_no_problem_holds_a_number():
    for changes in ({"bsn": "123456789"}, {"bsn": 987654321}, {"bsn": "x" * 30}, {"kind": "999888777"}):
        said = repr(client(**changes).refused)
        assert not any(text in said for text in ("123456789", "987654321", "xxx", "999888777"))


def test_a_business_without_legal_personality_has_a_bsn():
    assert client(kind="business").accepted
    assert client(kind="business", bsn=None, rsin="001000044").accepted


def test_a_client_without_number_is_warned_about():
    batch = client(bsn=None)
    assert [(each.code, each.record_id, each.outcome) for each in batch.warnings] == [
        ("no-identifier", "c1", None)
    ]
    assert len(batch.accepted) == 1


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"period": "2018-13"}, ("invalid-field", "period")),
        ({"period": "2019"}, ("invalid-field", "period")),
        ({"period": "2018-05-17"}, ("invalid-field", "period")),
        ({"amount": 1.234}, ("invalid-field", "amount")),
        ({"amount": 12345678901234.56}, ("invalid-field", "amount")),
        ({"amount": 10**15}, ("invalid-field", "amount")),
        ({"amount": 1e300}, ("invalid-field", "amount")),
        ({"submitted_at": "0001-01-01T00:00:00+01:00"}, ("invalid-field", "submitted_at")),
        ({"modified_at": "9999-12-31T23:59:59-01:00"}, ("invalid-field", "modified_at")),
        ({"submitted_at": "9999-12-31T23:59:59Z"}, ("invalid-field", "submitted_at")),
        ({"document": document_of(b"", path="returns/a.xml")}, ("invalid-field", "document.path")),
        ({"document": document_of(b"", path="documents/../a")}, ("invalid-field", "document.path")),
        ({"document": document_of(b"", media_type="text/html")}, ("invalid-field", "document.media_type")),
        ({"document": document_of(b"", sha256="0" * 63)}, ("invalid-field", "document.sha256")),
        ({"tax_year": 2014, "period": "2014"}, ("year-not-supported", "tax_year")),
        ({"tax": "OB", "tax_year": 2015, "period": "2015"}, ("year-not-supported", "tax_year")),
        ({"tax": "ICP", "tax_year": 2015, "period": "2015"}, ("year-not-supported", "tax_year")),
    ],
)
def test_rules_of_a_return(changes, found):
    assert fault(tax_return(**changes)) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"tax_year": 2015, "period": "2015"},
        {"tax": "OB", "tax_year": 2016, "period": "2016-Q1"},
        {"tax": "ERF", "period": "2018-05-17"},
        {"tax": "VPB", "period": "2018-04-01/2019-03-31"},
        {"amount": 999999999999999},
        {"amount": -9999999999999.99},
    ],
)
def test_what_a_return_may_be(changes):
    assert tax_return(**changes).accepted


@pytest.mark.parametrize("kind", ["assessment_messages", "extension_schemes", "tax_cards"])
def test_years_of_other_kinds(kind):
    found = refusal(file_of(**{kind: [line(MINIMAL[kind], tax_year=2014)]}))
    assert (found.code, found.outcome) == ("year-not-supported", "skipped")


def test_a_financial_year_that_ends_before_it_starts():
    changes = {"financial_year_start": "2019-01-01", "financial_year_end": "2018-12-31"}
    found = refusal(file_of(extension_schemes=[line(MINIMAL["extension_schemes"], **changes)]))
    assert (found.code, found.field) == ("invalid-field", "financial_year_end")


def test_moments_and_amounts_in_one_form():
    record = tax_return(submitted_at="2019-01-02T03:04:05+01:00", amount=-12.5).accepted[0].record
    assert record.submitted_at == datetime(2019, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert str(record.amount) == "-12.50"
    assert str(tax_return(amount=-0.0).accepted[0].record.amount) == "0.00"
    assert tax_return(amount=1e3).accepted[0].record.amount == Decimal(1000)


def hash_of(raw):
    return only(file_of(returns=[raw])).accepted[0].content_hash


def test_the_hash_is_of_the_content():
    base = line(RETURN, amount=1, submitted_at="2019-01-02T03:04:05+01:00")
    turned = dict(reversed(json.loads(base).items()))
    same = [
        json.dumps(turned, separators=(",", ":")).encode(),
        line(json.loads(base), amount=1.00, surprise=1, document=None, variant=None),
        line(json.loads(base), submitted_at="2019-01-02T02:04:05Z"),
    ]
    assert {hash_of(raw) for raw in same} == {hash_of(base)}
    assert hash_of(line(json.loads(base), amount=1.01)) != hash_of(base)
    assert len(hash_of(base)) == 16


LINES = [line(RETURN, id=f"r{number}") for number in range(10)]


def test_batches_and_lines():
    found = batches_of(file_of(returns=LINES), size=4)
    assert [(each.first_line, each.last_line, each.records) for each in found] == [
        (1, 4, 4),
        (5, 8, 4),
        (9, 10, 2),
    ]
    assert [each.line for batch in found for each in batch.accepted] == list(range(1, 11))


@pytest.mark.parametrize("done", range(11))
def test_resuming_after_any_line(done):
    found = batches_of(file_of(returns=LINES), size=3, start_line=done)
    assert [each.line for batch in found for each in batch.accepted] == list(range(done + 1, 11))


def test_resuming_still_knows_the_ids_before():
    found = only(file_of(returns=[LINES[0], LINES[1], LINES[0]]), start_line=2)
    assert [(each.line, each.code) for each in found.refused] == [(3, "duplicate-id")]


def test_bom_crlf_and_empty_lines():
    data = b"\xef\xbb\xbf" + LINES[0] + b"\r\n\r\n  \n\n" + LINES[1]
    source = archive({"r": data}, manifest_of([part_of("r", "returns", data, 2)]))
    batch = only(source)
    assert [each.line for each in batch.accepted] == [1, 5]
    assert (batch.last_line, batch.records) == (5, 2)


def test_a_bad_line_costs_no_other():
    found = only(file_of(returns=[LINES[0], b"{", LINES[1] + LINES[2], LINES[3]]))
    assert [each.line for each in found.accepted] == [1, 4]
    assert [(each.line, each.code) for each in found.refused] == [(2, "invalid-json"), (3, "invalid-json")]


def test_an_overlong_line():
    long = line(RETURN, id="long", status="x" * 3000)
    found = only(file_of(returns=[LINES[0], long, LINES[1]]), limits=Limits(max_line_bytes=2000))
    assert [(each.line, each.code) for each in found.refused] == [(2, "invalid-json")]
    assert [each.line for each in found.accepted] == [1, 3]


def test_the_first_of_an_id_counts():
    bad = line(RETURN, id="r0", variant="?")
    found = only(file_of(returns=[bad, LINES[0], LINES[1], bad]))
    assert [(each.line, each.code) for each in found.refused] == [
        (1, "invalid-field"),
        (2, "duplicate-id"),
        (4, "duplicate-id"),
    ]


def test_ids_over_split_parts():
    parts = [part_of(name, "returns", LINES[0] + b"\n", 1) for name in ("a", "b")]
    source = archive({"a": LINES[0] + b"\n", "b": LINES[0] + b"\n"}, manifest_of(parts))
    with MigrationFile.open(source) as file, file.duplicate_index(file.manifest.parts[0]) as index:
        found = [batch for part in file.manifest.parts for batch in file.batches(part, duplicates=index)]
    assert [len(each.accepted) for each in found] == [1, 0]
    assert not batches_of(source, unique=False)[0].refused


def test_an_unknown_product_is_said_once():
    manifest = [part_of("a", "returns", b"".join(each + b"\n" for each in LINES), 10, product="NewWin")]
    source = archive({"a": b"".join(each + b"\n" for each in LINES)}, manifest_of(manifest))
    found = batches_of(source, size=4)
    assert [[(each.code, each.line) for each in batch.warnings] for batch in found] == [
        [("unknown-product", 0)],
        [],
        [],
    ]
    assert not any(batch.warnings for batch in batches_of(source, size=4, start_line=4))


def broken(**changes):
    data = LINES[0] + b"\n"
    return archive({"a": data}, manifest_of([part_of("a", "returns", data, 1) | changes]))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sha256": "0" * 64}, "part-checksum"),
        ({"bytes": 7}, "part-checksum"),
        ({"records": 2}, "part-count"),
        ({"records": 0}, "part-count"),
        ({"path": "b"}, "part-missing"),
        ({"sha256": "0" * 64, "records": 2}, "part-checksum"),
    ],
)
def test_a_part_that_is_not_as_announced(changes, code):
    with pytest.raises(Refused) as refused:
        batches_of(broken(**changes))
    assert refused.value.code == code


def test_a_sha256_in_capitals():
    data = LINES[0] + b"\n"
    part = part_of("a", "returns", data, 1)
    part["sha256"] = part["sha256"].upper()
    assert only(archive({"a": data}, manifest_of([part]))).accepted


def test_damage_within_a_part():
    data = b"".join(each + b"\n" for each in LINES)
    entry = RawEntry(b"a", data)
    source = raw_zip(manifest_entry([part_of("a", "returns", data, 10)]), entry).getvalue()
    place = source.index(entry.packed_data()) + 40
    with pytest.raises(Refused) as refused:
        batches_of(io.BytesIO(source[:place] + b"\xff\xff" + source[place + 2 :]))
    assert refused.value.code == "part-checksum"


def test_a_wrong_crc_over_the_right_content():
    data = LINES[0] + b"\n"
    entry = RawEntry(b"a", data, local={"crc": 5}, central={"crc": 5})
    with pytest.raises(Refused) as refused:
        batches_of(raw_zip(manifest_entry([part_of("a", "returns", data, 1)]), entry))
    assert refused.value.code == "not-a-zip"


@pytest.mark.parametrize("name", ["stray.txt", "returns/x.jsonl", "other/", "documents/sub/"])
def test_an_entry_that_nobody_announced(name):
    with MigrationFile.open(file_of(extra={name: b""})) as file, pytest.raises(Refused) as refused:
        file.check_announced()
    assert (refused.value.code, refused.value.path) == ("entry-not-announced", name)


def test_documents():
    data = bytes(range(256)) * 200
    files = {"documents/a": data, "documents/é": b"second", "documents/empty": b""}
    with MigrationFile.open(file_of(extra=files)) as file:
        for path in ("documents/é", "documents/a", "documents/empty", "documents/é"):
            facts = document_of(files[path])
            assert file.read_document(path, bytes=facts["bytes"], sha256=facts["sha256"]) == files[path]
        for path in ("documents/b", "manifest.json", "documents/\ud800"):
            with pytest.raises(DocumentMissing):
                file.read_document(path, bytes=1, sha256="0" * 64)
        for wrong in ({"bytes": 5}, {"sha256": "0" * 64}):
            facts = document_of(b"second") | wrong
            with pytest.raises(DocumentMismatch):
                file.read_document("documents/é", bytes=facts["bytes"], sha256=facts["sha256"])


def test_a_damaged_document():
    entry = RawEntry(b"documents/a", b"abc" * 40, local={"crc": 1}, central={"crc": 1})
    facts = document_of(entry.data)
    with MigrationFile.open(raw_zip(manifest_entry(), entry)) as file, pytest.raises(DocumentMismatch):
        file.read_document("documents/a", bytes=facts["bytes"], sha256=facts["sha256"])


def test_lines_of_blanks_are_counted_but_no_records(monkeypatch):
    blanks = b" \t\r\n" * 100_000
    data = lines_of(line(RETURN), blanks, b"\x0b", line(RETURN, id="r2"), blanks)
    clients = lines_of(line(CLIENT))
    files = {"clients": clients, "returns": data}
    parts = [part_of("clients", "clients", clients, 1), part_of("returns", "returns", data, 3)]
    source = archive(files, manifest_of(parts))
    monkeypatch.setattr(partreader, "MAX_LINES", 200_006)
    (batch,) = batches_of(source, part=1)
    assert [each.line for each in batch.accepted] == [1, 100_004]
    assert [(each.line, each.code) for each in batch.refused] == [(100_003, "invalid-json")]
    report = check_file(source, accepted_numbers=None)
    assert report.accepted and report.parts[1].good == 2
    monkeypatch.setattr(partreader, "MAX_LINES", 200_005)
    assert check_file(source, accepted_numbers=None).code == "too-large"
    with pytest.raises(Refused, match="too-large"):
        batches_of(source, part=1)
