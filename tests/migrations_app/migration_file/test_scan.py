"""What the scanner proves is what judging line by line lets pass, whatever is done to the bytes."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections import Counter
from typing import Annotated

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrations_app.migration_file.identifiers import (
    is_payroll_tax_number,
    is_vat_id,
    is_vat_return_number,
    passes_eleven_test,
)
from migrations_app.migration_file.manifest import Part
from migrations_app.migration_file.partreader import PartReader, client_of
from migrations_app.migration_file.people import bsn
from migrations_app.migration_file.proof import YEARS, Prover
from migrations_app.migration_file.records import RECORD_TYPES, Base, Kind
from migrations_app.migration_file.scan import spec
from migrations_app.migration_file.scan.scanner import MOST_BYTES, Asked, Scanner
from tests.migrations_app.migration_file.build import CLIENT, MINIMAL, RETURN, document_of, lines_of

ADDRESS = {"street": "Röntgenlaan", "house_number": "3", "city": "Zwolle", "country": "NL"}
MORE = {
    "clients": {
        "address": ADDRESS, "active": False, "date_of_birth": "1972-02-29", "sequence": 12,
        "vat_id": "NL002455799B11", "vat_return_number": "123456782B01", "payroll_tax_number": "123456782L01",
        "trade_register_number": "12345678", "email": "a@b.example",
    },
    "returns": {
        "status": "Gereed", "amount": -12.5, "modified_at": "2019-12-24T05:15:00.25+01:00",
        "document": document_of(b"a"),
    },
    "assessment_messages": {"tax": "IB", "tax_year": 2018, "amount": 1, "status": "Akkoord"},
    "extension_schemes": {"financial_year_start": "2019-01-01", "financial_year_end": "2019-12-31"},
    "tax_cards": {"lines": [{"label": "a", "value": "b"}, {"label": "c", "value": "d"}]},
    "responsibilities": {"role": "coördinator", "odd": -1.5},
}  # fmt: skip
ASKED = {"clients": Asked.WHO_IS_NAMELESS}
STYLES = {"compact": (",", ":"), "spaced": (", ", ": "), "escaped": (",", ":")}


def records_of(kind):
    """Some with more keys than others, and in another order, as a program writes them."""
    plain, full = MINIMAL[kind], MINIMAL[kind] | MORE[kind]
    some = (plain, full, plain, dict(reversed(full.items())))
    return [{**each, "id": f"{kind}{n}"} for n, each in enumerate(some)]


def block_of(kind, style):
    options = {"separators": STYLES[style], "ensure_ascii": style == "escaped"}
    return lines_of(*(json.dumps(each, **options).encode() for each in records_of(kind)))


def judged(kind, block):
    """What judging line by line makes of it: each record by its line, and the number of lines."""
    part = Part(path="p", kind=Kind(kind), source=None, records=0, bytes=0, sha256="")
    batches = PartReader(part, max_line=1 << 20).batches(iter([block]), 0, 100, None)
    return {each.line - 1: each.record for batch in batches for each in batch.accepted}


def prover_of(kind):
    return Prover(Scanner(), Kind(kind), ASKED.get(kind, Asked.WHICH_CLIENT_IS_KNOWN))


ONE = {kind: Prover(Scanner(), kind) for kind in Kind}


def is_proved(kind, record):
    raw = json.dumps(record, ensure_ascii=False).encode() + b"\n"
    proof = ONE[Kind(kind)].prove(raw)
    return proof is not None and proof.records == 1


@pytest.mark.parametrize("kind", MINIMAL)
@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_proved(kind, style):
    proof = prover_of(kind).prove(block_of(kind, style))
    assert (proof.lines, [*proof.left]) == (range(4), [])


@settings(max_examples=1_500)
@given(st.sampled_from(sorted(MINIMAL)), st.sampled_from(sorted(STYLES)), st.data())
def test_of_a_mutated_block_a_proof_tells_what_judging_does(kind, style, data):
    scanner = Scanner()
    prover = Prover(scanner, Kind(kind), ASKED.get(kind, Asked.WHICH_CLIENT_IS_KNOWN))
    changed = data.draw(mutations(block_of(kind, style)))
    proof = prover.prove(changed)
    records = judged(kind, changed)
    if proof is None:
        return
    agrees(kind, proof, records, scanner)
    assert sorted([*proof.lines, *proof.left]) == sorted(
        number for number, line in enumerate(changed.split(b"\n")) if line.strip(b" \t\r")
    )


def agrees(kind, proof, records, scanner):
    # whoever finds the document in the file knows that its path is good
    elsewhere = {line for line, document in proof.documents if document.path != "documents/a.dat"}
    found = [records.get(line) for line in proof.lines]
    assert elsewhere or None not in found
    proved = [(line, each) for line, each in zip(proof.lines, found, strict=True) if each is not None]
    if elsewhere:
        return
    assert proof.ids == scanner.hashes([each.id for each in found])
    assert proof.unsure == ([] if kind == "clients" else [(line, client_of(each)) for line, each in proved])
    assert Counter(proof.years) == Counter(getattr(each, "tax_year", None) for each in found)
    assert proof.documents == [(line, each.document) for line, each in proved if getattr(each, "document", 0)]
    if kind == "clients":
        nameless = [(line, each.id) for line, each in proved if each.bsn is None and each.rsin is None]
        assert proof.nameless == nameless


@st.composite
def mutations(draw, block):
    """A few bytes of it taken out, doubled, or replaced by others of its own, or by some of JSON's."""
    other = st.integers(1, 255).map(lambda code: bytes([code]))
    pieces = other | st.sampled_from(
        [
            b'"', b"{", b"}", b"\n", b",", b" ", b"}\n{", b"},{", b"0", b"null", b"\xc3", b"-", b"\\u00e9",
            b"\\", b"\\\"", b"\\u0301", "\u0301".encode(), "€".encode(), b"1900", b".5", b'"odd":1,', b"[]",
        ]
    )  # fmt: skip
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(block) - 2))
        end = draw(st.integers(start, min(start + 40, len(block) - 1)))
        others = st.integers(0, len(block) - 20).map(lambda at, block=block: block[at : at + 12])
        instead = draw(pieces | others | st.just(b"") | st.just(block[start:end] * 2))
        block = block[:start] + instead + block[end:]
    return block if block.endswith(b"\n") else block + b"\n"


NUMBERS = st.from_regex(r"(NL)?[0-9]{9}([BLX][0-9]{2})?", fullmatch=True) | st.text(max_size=15)
GOOD = st.integers(0, 400).map(bsn)


@settings(max_examples=1_000)
@given(st.sampled_from(["bsn", "vat_id", "vat_return_number", "payroll_tax_number"]), st.data())
def test_numbers_are_held_to_the_rules_of_one(field, data):
    heads, tails = {"vat_id": ["NL", ""]}.get(field, [""]), ["", "B01", "B00", "L00", "L12"]
    good = st.builds("{}{}{}".format, st.sampled_from(heads), GOOD, st.sampled_from(tails))
    number = data.draw(good | NUMBERS)
    rule = {
        "bsn": passes_eleven_test,
        "vat_id": is_vat_id,
        "vat_return_number": is_vat_return_number,
        "payroll_tax_number": is_payroll_tax_number,
    }[field]
    # of countries but ours nothing is proved
    is_told = field != "vat_id" or number.startswith("NL")
    assert is_proved("clients", CLIENT | {field: number}) == (rule(number) and is_told)


@pytest.mark.parametrize(("number", "is_good"), [("000000000L01", True), ("000000000B01", False)])
def test_nobody_has_a_payroll_tax_number_in_examples_alone(number, is_good):
    assert is_proved("clients", CLIENT | {"payroll_tax_number": number}) == is_good
    assert not is_proved("clients", CLIENT | {"bsn": "000000000"})


@given(st.integers(100, 9_899), st.integers(0, 13), st.integers(0, 32))
def test_days_of_the_calendar(year, month, day):
    text = f"{year:04}-{month:02}-{day:02}"
    raw = lines_of(json.dumps(CLIENT | {"date_of_birth": text}).encode())
    assert is_proved("clients", CLIENT | {"date_of_birth": text}) == bool(judged("clients", raw))


@pytest.mark.parametrize(
    ("kind", "field", "written"),
    [
        *(
            ("clients", "sequence", each)
            for each in ("1", "0", "2147483647", "2147483648", "01", "-1", "1.0")
        ),
        *(("clients", "sequence", each) for each in ("1e0", "null", '"1"', "9" * 40, "")),
        *(("returns", "tax_year", each) for each in ("2018", "02018", "2018.0", "null")),
        *(("returns", "amount", each) for each in ("0", "-0", "-0.0", "0.5", "00", "01.5", "1.", ".5", "-")),
        *(
            ("returns", "amount", each)
            for each in ("9" * 13, "9" * 13 + ".99", "9" * 16, "1.555", "+1", "1.5.5")
        ),
        *(("clients", "active", each) for each in ("true", "false", "null", "tru", "falsee", "1", "True")),
        *(
            ("clients", "address", each)
            for each in ("{}", "null", "[]", '{"city":"a","city":"b"}', "{,}", "{")
        ),
    ],
)
def test_values_as_they_are_written(kind, field, written):
    raw = json.dumps(MINIMAL[kind] | {field: "?"}).replace('"?"', written).encode() + b"\n"
    proof = ONE[Kind(kind)].prove(raw)
    assert (proof is not None) == bool(judged(kind, raw))


@pytest.mark.parametrize(
    ("escaped", "is_good"),
    [
        (rb"\u00eb", True), (rb"\u00EB\u20ac", True), (rb"\\u00eb", True), (rb"\u0041", True),
        (rb"\"", True), (rb"\n", True), ("Ș\u2013€".encode(), True),
        (rb"\u0000", False), (rb"\ud83d\ude00", False), (rb"\udead", False), (rb"\u00e", False),
        (rb"e\u0301", False), (rb"\x", False), (b"\x1f", False), (b"\xc0\x80", False), (b"\xc3", False),
        (b"\xe0\x80\x80", False), (b"\xed\xa0\x80", False), (b"\xf0\x9f\x98\x80", False),
    ],
)  # fmt: skip
def test_letters(escaped, is_good):
    raw = json.dumps(RETURN | {"status": "?"}).encode().replace(b"?", escaped) + b"\n"
    assert (ONE[Kind.RETURNS].prove(raw) is not None) == is_good
    assert judged("returns", raw) or not is_good


def test_no_letter_that_combines_or_is_written_otherwise_is_proved():
    second = {
        character
        for code in range(sys.maxunicode + 1)
        if (parts := unicodedata.decomposition(chr(code))) and not parts.startswith("<")
        for character in parts.split()[1:]
    }
    lines = {}
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x10000)):
        lines[code] = line = json.dumps(RETURN | {"status": chr(code)}).encode()
        assert len(line) < 200
    codes, prover = [*lines], ONE[Kind.RETURNS]
    proved = set()
    for start in range(0, len(codes), 100):
        some = codes[start : start + 100]
        for code, line in ((code, lines[code]) for code in some):
            if prover.prove(line + b"\n") is not None:
                proved.add(code)
    assert len(proved) > 900
    for code in proved:
        assert not unicodedata.combining(chr(code)) and f"{code:04X}" not in second
        assert unicodedata.is_normalized("NFC", chr(code))


@pytest.mark.parametrize(("length", "is_good"), [(200, True), (201, False)])
@pytest.mark.parametrize("letter", ["a", "é", "€", "\\u00e9", "\\n"])
def test_lengths_are_of_characters(length, is_good, letter):
    raw = json.dumps(CLIENT | {"name": "?"}).encode().replace(b"?", letter.encode() * length) + b"\n"
    assert (ONE[Kind.CLIENTS].prove(raw) is not None) == is_good


def test_more_lines_bytes_or_combinations_than_it_has_room_for():
    prover = ONE[Kind.TAX_CARDS]
    assert prover.prove(lines_of(json.dumps(MINIMAL["tax_cards"]).encode()) * (1 << 14)).records == 1 << 14
    assert prover.prove(lines_of(json.dumps(MINIMAL["tax_cards"]).encode()) * ((1 << 14) + 1)) is None
    assert prover.prove(b" " * MOST_BYTES + b"\n") is None
    taxes = [json.dumps(MINIMAL["assessment_messages"] | {"tax": f"T{n}"}).encode() for n in range(1_200)]
    proof = ONE[Kind.ASSESSMENT_MESSAGES].prove(lines_of(*taxes))
    assert (proof.records, proof.left) == (1_024, [*range(1_024, 1_200)])


@pytest.mark.parametrize("long", ["a" * 64, "é" * 64, "😀" * 63, "😀" * 64, "a", "é" * 8, "a" * 17])
def test_hashes_of_texts_do_not_depend_on_their_neighbours(long):
    scanner = Scanner()
    alone = [scanner.hashes([each]) for each in (long, "b", long + "c")]
    assert scanner.hashes([long, "b", long + "c"]) == b"".join(alone)
    assert len(set(alone)) == 3 and scanner.hashes([]) == b""


def test_keys_that_no_field_has():
    odd = {f"odd{n}": ["", "a", 1, -1.25, True, False, None][n % 7] for n in range(16)}
    assert is_proved("returns", RETURN | odd)
    assert not is_proved("returns", RETURN | odd | {"odd16": 1})
    assert not is_proved("returns", RETURN | {"odd": []})
    twice = json.dumps(RETURN).encode()[:-1] + b',"odd":1,"even":1,"odd":1}\n'
    assert ONE[Kind.RETURNS].prove(twice) is None


def test_every_kind_has_a_table_and_its_combination():
    assert set(YEARS) == set(spec.COMBINED) == set(RECORD_TYPES)
    for kind, names in spec.COMBINED.items():
        assert set(names) <= set(RECORD_TYPES[kind].__struct_fields__)
        assert spec.spec_of(kind)


@pytest.mark.parametrize("odd", [float, Annotated[int, msgspec.Meta(gt=1)], list[str], dict[str, str]])
def test_a_type_that_it_does_not_know_has_no_table(odd, monkeypatch):
    record = msgspec.defstruct("Odd", [("id", str), ("odd", odd)], bases=(Base,), kw_only=True)
    monkeypatch.setitem(spec.RECORD_TYPES, Kind.TAX_CARDS, record)
    with pytest.raises(TypeError, match="does not know"):
        spec.spec_of(Kind.TAX_CARDS)
