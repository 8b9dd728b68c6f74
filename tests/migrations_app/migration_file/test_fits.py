"""Once a block has taught the type made to measure, it takes only the bytes that it would write itself."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrations_app.migration_file.fits import Fit
from migrations_app.migration_file.manifest import Part
from migrations_app.migration_file.partreader import PartReader, client_of
from migrations_app.migration_file.proof import Prover
from migrations_app.migration_file.records import RECORD_TYPES, Kind
from tests.migrations_app.migration_file.build import MINIMAL, RETURN, document_of, lines_of

ADDRESS = {"street": "Röntgenlaan", "house_number": "3", "city": "Zwolle"}
MORE = {
    "clients": {"address": ADDRESS, "active": False, "date_of_birth": "1970-02-03"},
    "returns": {
        "status": "Gereed", "amount": -12.5, "modified_at": "2019-12-24T05:15:00Z",
        "document": document_of(b"a"),
    },
    "assessment_messages": {"tax": "IB", "tax_year": 2018, "amount": 1},
    "extension_schemes": {"financial_year_start": "2019-01-01", "financial_year_end": "2019-12-31"},
    "tax_cards": {"lines": [{"label": "a", "value": "b"}, {"label": "c", "value": "d"}]},
    "responsibilities": {"role": "coördinator"},
}  # fmt: skip
STYLES = {"compact": (",", ":"), "spaced": (", ", ": "), "escaped": (",", ":")}


def records_of(kind):
    """Some with more keys than others, as a program writes them."""
    plain, full = MINIMAL[kind], MINIMAL[kind] | MORE[kind]
    return [{**each, "id": f"{kind}{n}"} for n, each in enumerate((plain, full, plain, full))]


def block_of(kind, style):
    options = {"separators": STYLES[style], "ensure_ascii": style == "escaped"}
    return lines_of(*(json.dumps(each, **options).encode() for each in records_of(kind)))


def judged(kind, block):
    """What judging line by line makes of it: the records, or None when one of them is refused."""
    part = Part(path="p", kind=Kind(kind), source=None, records=0, bytes=0, sha256="")
    batches = PartReader(part, max_line=1 << 20).batches(iter([block]), 0, 100, None)
    found = [*batches]
    return None if any(batch.refused for batch in found) else [a.record for b in found for a in b.accepted]


@pytest.mark.parametrize("kind", MINIMAL)
@pytest.mark.parametrize("style", STYLES)
def test_the_next_block_fits(kind, style, monkeypatch):
    block, prover = block_of(kind, style), Prover(Kind(kind))
    assert prover.prove(block)
    monkeypatch.setattr(prover, "_mirrored", None)
    # between two objects in a list there is a comma that _spaced_lines takes for a line's end
    if (kind, style) != ("tax_cards", "spaced"):
        assert prover.prove(block).ids == [f"{kind}{n}" for n in range(4)]


@settings(max_examples=600)
@given(st.sampled_from(sorted(MINIMAL)), st.sampled_from(sorted(STYLES)), st.data())
def test_of_a_mutated_block_a_proof_tells_what_judging_does(kind, style, data):
    block, prover = block_of(kind, style), Prover(Kind(kind))
    prover.prove(block)
    changed = data.draw(mutations(block))
    proof = prover.prove(changed)
    # whoever finds the document in the file knows that its path is good
    if proof is None or {found.path for found in proof.documents} - {"documents/a.dat"}:
        return
    records = judged(kind, changed)
    assert records is not None and proof.records == len(records) == changed.count(b"\n")
    assert proof.ids == [each.id for each in records]
    assert proof.client_ids == ([] if kind == "clients" else [client_of(each) for each in records])
    assert Counter(proof.years) == Counter(getattr(each, "tax_year", None) for each in records)
    documents = [found for each in records if (found := getattr(each, "document", None))]
    assert [each.path for each in proof.documents] == [each.path for each in documents]


@st.composite
def mutations(draw, block):
    """A few bytes of it taken out, doubled, or replaced by others of its own, or by some of JSON's."""
    other = st.integers(48, 122).map(lambda code: bytes([code]))
    pieces = other | st.sampled_from(
        [
            b'"',
            b"{",
            b"}",
            b"\n",
            b",",
            b" ",
            b"}\n{",
            b"},{",
            b"0",
            b"null",
            b"\xc3",
            b"-",
            b"\\u00e9",
            b"\\",
        ]
    )
    for _ in range(draw(st.integers(1, 2))):
        start = draw(st.integers(0, len(block) - 2))
        end = draw(st.integers(start, min(start + 40, len(block) - 1)))
        others = st.integers(0, len(block) - 20).map(lambda at, block=block: block[at : at + 12])
        instead = draw(pieces | others | st.just(b"") | st.just(block[start:end] * 2))
        block = block[:start] + instead + block[end:]
    return block if block.endswith(b"\n") else block + b"\n"


@pytest.mark.parametrize(
    ("escaped", "is_proved"),
    [
        (rb"\u00eb", True), (rb"\u00EB\u20ac", True), (rb"\\u00eb", False), (rb"\u0041", False),
        (rb"\u0000", False), (rb"\u000a", False), (rb"\n", False), (rb"\ud83d\ude00", False),
        (rb"\udead", False), (rb"\u00e", False), (rb"e\u0301", False), (rb"\u007f", False),
        (rb"\u0080", True), (rb"\uffff", True),
    ],
)  # fmt: skip
def test_escapes(escaped, is_proved):
    block = (
        json.dumps(RETURN | {"status": "?"}, separators=(",", ":")).encode().replace(b"?", escaped) + b"\n"
    )
    prover = Prover(Kind.RETURNS)
    assert [prover.prove(block) is not None for _ in range(2)] == [is_proved] * 2
    assert judged("returns", block) or not is_proved


HOSTILE = {
    "a key twice": (b'"tax":"IB"', b'"tax":"IB","tax":"IB"'),
    "a key no field has": (b'"tax":"IB"', b'"tax":"IB","odd":1'),
    "a line's end in a record": (b',"tax"', b',\n"tax"'),
    "two records on a line, one on two": (b"}\n{", b"},{"),
    "a line's end in an amount": (b":-12.5", b":[\n1]"),
    "another year": (b"2018,", b"2019,"),
    "a year out of range": (b"2018,", b"2014,"),
    "a moment at the end of the calendar": (b"2019-12-24T", b"9999-12-31T"),
    "an amount too exact": (b"-12.5", b"-12.555"),
    "an amount too large": (b"-12.5", b"10000000000000000"),
    "an amount that is none": (b"-12.5", b'"12"'),
    "half a character": (b"Gereed", b"Geree\xc3"),
    "another form of a letter": (b"Gereed", "e\u0301".encode()),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_was_not_taught_is_not_taken_for_it(name):
    block, prover = block_of("returns", "compact"), Prover(Kind.RETURNS)
    assert prover.prove(block)
    was, instead = HOSTILE[name]
    assert block.count(was)
    assert prover.prove(block.replace(was, instead, 1)) is None


def block_of_year(year):
    return json.dumps(RETURN | {"tax_year": year}, separators=(",", ":")).encode() + b"\n"


def test_it_learns_new_values():
    fit = Fit(RECORD_TYPES[Kind.RETURNS])
    for year in range(2016, 2024):
        assert fit.decode(block_of_year(year)) is None
        fit.learn(block_of_year(year))
        assert fit.decode(block_of_year(year)) and fit.values["tax_year"] == set(range(2016, year + 1))


def test_it_gives_up_on_what_never_fits():
    fit = Fit(RECORD_TYPES[Kind.RETURNS])
    for year in range(2016, 2026):
        assert fit.decode(block_of_year(year)) is None
        fit.learn(block_of_year(year))
    assert fit.decode(block_of_year(2016)) is None


def test_what_it_keeps_is_bounded():
    fit = Fit(RECORD_TYPES[Kind.RETURNS])
    for number in range(200):
        status = json.dumps(RETURN | {"status": str(number)}, separators=(",", ":")).encode() + b"\n"
        fit.learn(status)
        for _ in range(16):
            assert fit.decode(status)
    assert "status" not in fit.values and len(fit._measure.values["status"]) == 65


@example({"tax_year": 2018, "period": "2018"}, {"tax_year": 2019, "period": "2019"})
@given(
    *[
        st.fixed_dictionaries(
            {"tax_year": st.integers(2015, 2017), "period": st.sampled_from(["2016", "2017"])}
        )
    ]
    * 2
)
def test_years_and_periods_are_held_together(first, second):
    lines = [json.dumps(RETURN | each, separators=(",", ":")).encode() + b"\n" for each in (first, second)]
    prover = Prover(Kind.RETURNS)
    for each in (lines[0], lines[1], lines[0] + lines[1]):
        assert (prover.prove(each) is None) == (judged("returns", each) is None)
