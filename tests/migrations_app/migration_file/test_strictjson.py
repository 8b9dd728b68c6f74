"""The contract's JSON: what msgspec alone would let pass is refused, in bulk and line by line alike."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.migration_file.proof import Prover
from migrations_app.migration_file.records import Kind, Responsibility, TaxReturn
from migrations_app.migration_file.scan.scanner import Scanner
from migrations_app.migration_file.strictjson import Decoder, NotStrictJson, Unreadable, parse_strict
from tests.migrations_app.migration_file.build import RETURN, line

DECODER = Decoder(Kind.RETURNS)
PROVER = Prover(Scanner(), Kind.RETURNS)
GOOD = line(RETURN)


def verdict(raw):
    """The record or its fault, and that all ways of reading agree."""
    single = DECODER.decode_line(raw)
    block = DECODER.decode_block(raw + b"\n")
    if isinstance(single, Unreadable):
        assert block is None and PROVER.prove(raw + b"\n") is None
        return single.fault
    assert block is None or block == [single]
    return single


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"[1]",
        b'"text"',
        b"{",
        GOOD[:-1],
        GOOD[:-1] + b",}",
        GOOD + GOOD,
        GOOD + b"x",
        GOOD[:-1] + b',"id":"r2"}',
        GOOD[:-1] + b',"x":1,"x":2}',
        GOOD[:-1] + b',"x":1,"\\u0078":2}',
        GOOD[:-1] + b',"x":{"a":1,"a":2}}',
        GOOD[:-1] + b',"x":[{"a":1,"a" :2}]}',
        GOOD[:-1] + b',"x":"\\":","x":1}',
        GOOD[:-1] + b',"x":NaN}',
        GOOD[:-1] + b',"x":-Infinity}',
        GOOD[:-1] + b',"x":"\xff"}',
        GOOD[:-1] + b',"\xed\xa0\x80":1}',
        GOOD[:-1] + b',"x":"\\ud800"}',
        GOOD[:-1] + b',"\\ud800":1}',
        GOOD[:-1] + b',"x":"a\tb"}',
        GOOD[:-1] + b',"x":01}',
        GOOD[:-1] + b',"x":' + b"[" * 16 + b"]" * 16 + b"}",
        GOOD[:-1] + b',"x":' + b'{"a":' * 16 + b"1" + b"}" * 17,
        GOOD[:-1] + b',"x":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
    ],
)
def test_invalid_json(raw):
    assert verdict(raw).code == "invalid-json"


@pytest.mark.parametrize(
    "raw",
    [
        GOOD,
        b"  " + GOOD + b"\r",
        GOOD.replace(b": ", b" : "),
        GOOD[:-1] + b',"x":' + b"[" * 15 + b"]" * 15 + b"}",
        GOOD[:-1] + b',"x":1e999,"y":' + b"9" * 5000 + b"}",
        GOOD[:-1] + b',"x":":a","y":"\\":"}',
        GOOD[:-1] + b',"x":[{"a":1},{"a":1}]}',
        GOOD[:-1] + b',"x":"e\\u0301"}',  # an unknown key may hold what it likes
        GOOD[:-1] + b',"amount":null,"document":null,"variant":null}',
    ],
)
def test_valid_json(raw):
    assert isinstance(verdict(raw), TaxReturn)


def test_a_record_over_two_lines_is_none():
    split = GOOD.replace(b", ", b",\n", 1)
    assert DECODER.decode_block(split + b"\n") is None
    both = GOOD + GOOD + b"\n" + split + b"\n"
    assert DECODER.decode_block(both) is None and PROVER.prove(both) is None


@pytest.mark.parametrize(
    ("field", "text", "expectation"),
    [
        ("status", "e\u0301", "nfc"),
        ("status", "a\0b", "no-nul"),
        ("id", "e\u0301", "nfc"),
    ],
)
@pytest.mark.parametrize("ascii_only", [True, False])
def test_texts(field, text, expectation, ascii_only):
    fault = verdict(json.dumps({**RETURN, field: text}, ensure_ascii=ascii_only).encode())
    assert (fault.code, fault.field, fault.expectation) == ("invalid-field", field, expectation)


@pytest.mark.parametrize(
    ("changes", "field", "expectation"),
    [
        ({"id": None}, "id", "text:1-64"),
        ({"id": ""}, "id", "text:1-64"),
        ({"id": "x" * 65}, "id", "text:1-64"),
        ({"id": 7}, "id", "text:1-64"),
        ({"tax": "IHZ"}, "tax", "one-of:ERF|IB|ICP|LH|OB|SCHENK|VPB"),
        ({"tax_year": "2018"}, "tax_year", "integer:1900-2100"),
        ({"tax_year": 20188}, "tax_year", "integer:1900-2100"),
        ({"tax_year": 2018.5}, "tax_year", "integer:1900-2100"),
        ({"amount": "12.30"}, "amount", "amount"),
        ({"amount": True}, "amount", "amount"),
        ({"submitted_at": "2019-01-02T03:04:05"}, "submitted_at", "moment"),
        ({"submitted_at": 1577880000}, "submitted_at", "moment"),
        ({"variant": "other"}, "variant", "one-of:provisional|return|supplement"),
        ({"document": "a.pdf"}, "document", "object"),
        ({"document": {"path": "documents/a"}}, "document.media_type", "required"),
        ({"period": 2018}, "period", "period"),
    ],
)
def test_fields(changes, field, expectation):
    fault = verdict(line(RETURN, **changes))
    assert (fault.code, fault.field, fault.expectation) == ("invalid-field", field, expectation)


@pytest.mark.parametrize("name", RETURN)
def test_required_fields(name):
    fault = verdict(line({key: value for key, value in RETURN.items() if key != name}))
    assert (fault.field, fault.expectation) == (name, "required")


@pytest.mark.parametrize("text", ["2019-01-02T03:04Z", "20190102T030405+0100", "2019-01-02T03+01:00"])
def test_moments_of_iso_8601_that_rfc_3339_does_not_have(text):
    record = DECODER.decode_line(line(RETURN, submitted_at=text))
    assert record.submitted_at.tzinfo is not None
    assert record.submitted_at.year == 2019


def test_what_can_be_read_of_a_bad_record_is_kept():
    found = DECODER.decode_line(line(RETURN, variant=3, document={"path": "documents/a"}))
    assert (found.record_id, found.client_id, found.tax, found.tax_year) == ("r1", "c1", "IB", 2018)
    assert found.document == "documents/a"


# texts that the program itself holds are drawn too
UNKNOWN = st.text().filter(lambda key: key not in TaxReturn.__struct_fields__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(UNKNOWN, JSON, max_size=4), st.booleans(), st.sampled_from([(",", ":"), (", ", " : ")])
)
def test_any_unknown_keys_are_ignored(unknown, ascii_only, separators):
    try:
        json.dumps(unknown, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    raw = json.dumps({**unknown, **RETURN}, ensure_ascii=ascii_only, separators=separators).encode()
    assert verdict(raw) == TaxReturn(**RETURN)


@given(st.binary(max_size=60), st.integers(0, len(GOOD)))
def test_any_bytes_have_a_verdict(noise, place):
    verdict((GOOD[:place] + noise + GOOD[place:]).replace(b"\n", b""))


@given(st.binary(max_size=40))
def test_parse_strict_raises_nothing_else(noise):
    try:
        parse_strict(noise)
    except NotStrictJson:
        return
    json.loads(noise)


def test_other_kinds_have_no_amount():
    raw = line({"id": "v", "client_id": "c", "staff_email": "a@b.example", "amount": "7"})
    assert isinstance(Decoder(Kind.RESPONSIBILITIES).decode_line(raw), Responsibility)
