"""What is proved of a block at once is what judging its records one by one finds; most blocks are proved."""

from __future__ import annotations

import io
import json
from dataclasses import asdict

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrations_app.migration_file import Preset, check_file, write_preset, write_synthetic
from migrations_app.migration_file.manifest import Part
from migrations_app.migration_file.partreader import PartReader
from migrations_app.migration_file.proof import Prover
from migrations_app.migration_file.records import RECORD_TYPES, Kind
from migrations_app.migration_file.scan.scanner import Asked, Scanner
from tests.migrations_app.migration_file.build import (
    CLIENT,
    MINIMAL,
    RETURN,
    SOURCE,
    archive,
    document_of,
    file_of,
    line,
    lines_of,
    manifest_of,
    part_of,
)

DATA = b"a document"


def proof_of(kind, *lines, asked=Asked.NOTHING):
    return Prover(Scanner(), Kind(kind), asked).prove(lines_of(*lines))


def report_of(source, monkeypatch=None):
    """The whole report; with a monkeypatch, without any proof."""
    if monkeypatch is not None:
        monkeypatch.setattr(Prover, "prove", lambda self, block: None)
    return asdict(check_file(source, accepted_numbers=None))


@pytest.mark.parametrize("kind", MINIMAL)
@pytest.mark.parametrize("end", [b"", b"\r"])
def test_good_records_are_proved(kind, end):
    nulls = dict.fromkeys(set(RECORD_TYPES[Kind(kind)].__struct_fields__) - set(MINIMAL[kind]))
    lines = [line(MINIMAL[kind]) + end, line(MINIMAL[kind], id="é", **nulls) + end]
    proof = proof_of(kind, *lines)
    assert (proof.records, len(proof.ids), [*proof.left]) == (2, 16, [])


def test_what_a_proof_tells():
    lines = [line(RETURN, client_id=f"c{n}", document=document_of(DATA)) for n in range(3)]
    odd = line(RETURN, tax_year=2019, period="2019")
    proof = proof_of("returns", *lines, odd, asked=Asked.WHICH_CLIENT_IS_KNOWN)
    assert (proof.unsure, dict(proof.years)) == ([*enumerate(["c0", "c1", "c2", "c1"])], {2018: 3, 2019: 1})
    assert [(at, each.path) for at, each in proof.documents] == [(n, "documents/a.dat") for n in range(3)]
    clients = line(CLIENT), line(CLIENT, id="c2", bsn=None)
    assert proof_of("clients", *clients, asked=Asked.WHO_IS_NAMELESS).nameless == [(1, "c2")]
    message = MINIMAL["assessment_messages"]
    years = proof_of("assessment_messages", line(message), line(message, tax_year=None)).years
    assert dict(years) == {None: 2}


def test_one_bad_record_leaves_the_others_proved():
    lines = [line(RETURN, id=f"r{n}") for n in range(9)]
    lines[3:4] = [line(RETURN, id="odd", period="2018-13"), b"", b"{", b" "]
    scanner = Scanner()
    prover = Prover(scanner, Kind.RETURNS, Asked.WHICH_CLIENT_IS_KNOWN)
    proof = prover.prove(lines_of(*lines))
    assert (proof.lines, proof.left) == ([0, 1, 2, 7, 8, 9, 10, 11], [3, 5])
    assert proof.unsure == [(at, "c1") for at in proof.lines] and proof.years == {2018: 8}
    proof = prover.without({7})
    assert (proof.lines, proof.left) == ([0, 1, 2, 8, 9, 10, 11], [3, 5, 7])
    assert prover.without(range(4)) is None
    assert proof.ids == scanner.hashes([f"r{n}" for n in (0, 1, 2, 5, 6, 7, 8)])


def test_a_client_that_is_known_leaves_nothing_to_ask():
    scanner = Scanner()
    scanner.reserve(1)
    scanner.learn(scanner.hashes(["c1"]))
    lines = lines_of(line(RETURN), line(RETURN, id="r2", client_id="c2"))
    prover = Prover(scanner, Kind.RETURNS, Asked.WHICH_CLIENT_IS_KNOWN)
    assert prover.prove(lines).unsure == [(1, "c2")]
    # of another source
    scanner.key(1)
    assert [client for _, client in prover.prove(lines).unsure] == ["c1", "c2"]


def test_nearly_every_block_of_a_synthetic_file_is_proved(monkeypatch):
    proofs = []
    prove = Prover.prove
    monkeypatch.setattr(Prover, "prove", lambda self, block: proofs.append(prove(self, block)) or proofs[-1])
    out = io.BytesIO()
    write_synthetic(out, clients=2_000, returns=8_000, messages=500, documents=5)
    assert check_file(out, accepted_numbers=None).accepted
    write_preset(out := io.BytesIO(), Preset.STAPPENPLAN)
    assert check_file(out, accepted_numbers=None).accepted
    assert len(proofs) > 20 and None not in proofs
    assert not any(proof.left for proof in proofs)


# each makes one thing of a good record wrong, odd, or merely different
CHANGES = {
    "clients": [
        {"bsn": "123456789"}, {"bsn": ""}, {"bsn": None}, {"bsn": 5}, {"rsin": "001000044"},
        {"kind": "business", "rsin": "001000044"}, {"kind": "business", "rsin": "001000045"},
        {"kind": "business", "rsin": ""}, {"rsin": ""}, {"vat_id": "NL002455799B11"},
        {"vat_id": "NL123456782B01"}, {"vat_id": "NL123456789B14"}, {"vat_id": "BE0123456749"},
        {"vat_id": "NL123456782B00"}, {"vat_id": ""}, {"vat_return_number": "123456782B01"},
        {"vat_return_number": "123456782B00"}, {"vat_return_number": "1234567"},
        {"payroll_tax_number": "123456782L01"}, {"payroll_tax_number": "123456782B01"},
        {"payroll_tax_number": "000000000L01"}, {"sequence": 0}, {"sequence": None}, {"active": 1},
        {"address": {"country": "nl"}}, {"address": {"house_number": 12, "country": "BE"}},
        {"address": {"house_number": "12", "odd": 1}}, {"name": "e\u0301"}, {"name": "Şahin"},
        {"name": "a\\u0301"}, {"odd": None}, {"trade_register_number": "1234567"}, {"email": "x\"y"},
        {"date_of_birth": "1970-02-30"}, {"client_until": "2020-12-31"},
    ],
    "returns": [
        {"period": "2018-13"}, {"period": "2018-Q3"}, {"period": "2019"}, {"period": "2018-05-17"},
        {"period": "2018-05-17", "tax": "ERF"}, {"tax_year": 2014, "period": "2014"},
        {"tax_year": 2015, "period": "2015"}, {"tax": "OB", "tax_year": 2015, "period": "2015"},
        {"tax_year": 2019, "period": "2019"}, {"amount": 1.234}, {"amount": 1.50}, {"amount": -0.0},
        {"amount": 12345678901234.56}, {"amount": 10**13}, {"amount": 10**15}, {"amount": "12"},
        {"amount": None}, {"amount": [1]}, {"amount": {"a": 1}}, {"amount": True}, {"amount": 1e3},
        {"submitted_at": "0001-01-01T00:00:00+01:00"}, {"modified_at": "9999-12-31T23:59:59-01:00"},
        {"submitted_at": "2019-01-02T03:04Z"}, {"modified_at": "2019-01-02T03:04:05+01:00"},
        {"variant": None}, {"variant": "?"}, {"status": "In bewerking"}, {"status": "null"},
        {"document": document_of(DATA)}, {"document": document_of(DATA, path="documents/b")},
        {"document": document_of(DATA, bytes=1)}, {"document": document_of(DATA, path="a")},
        {"document": document_of(DATA, odd=1)}, {"client_id": "nobody"},
        {"odd": {"deep": [1, {"a": "b"}]}},
    ],
    "assessment_messages": [
        {"tax_year": 2014}, {"tax_year": None}, {"tax_year": 2019, "tax": "ZVW"}, {"amount": 1.001},
        {"tax_year": 2015, "tax": "OB"}, {"status": "Akkoord"}, {"status": "?"}, {"message": "SBX"},
        {"assessment_date": "2019-02-29"}, {"document": document_of(DATA, path="documents/b")},
    ],
    "extension_schemes": [
        {"tax_year": 2014}, {"financial_year_start": "2019-01-01", "financial_year_end": "2018-12-31"},
        {"financial_year_start": "2019-01-01", "financial_year_end": None},
        {"extended_until": "2021-05-01"},
        {"financial_year_start": "2019-01-01", "financial_year_end": "2019-12-31"}, {"tax": "OB"},
    ],
    "tax_cards": [
        {"lines": [{"label": "a", "value": "b"}]}, {"lines": [{"label": "a"}]}, {"lines": []},
        {"lines": [{"label": "a", "value": "b", "odd": 1}]}, {"tax_year": 2014}, {"lines": None},
        {"document": document_of(DATA)}, {"document": document_of(DATA, path="a")},
        {"document": document_of(DATA, path="documents/../documents/a.dat")},
    ],
    "responsibilities": [
        {"staff_email": "A@B.EXAMPLE"}, {"staff_email": "İ" * 200 + "@b.example"},
        {"staff_email": "ab"}, {"role": None},
    ],
}  # fmt: skip
# right, or of a path that nobody finds, but left to Python
RARE = [
    {"vat_id": "BE0123456749"}, {"address": {"house_number": "12", "odd": 1}}, {"amount": 10**13},
    {"submitted_at": "2019-01-02T03:04Z"}, {"document": document_of(DATA, path="a")},
    {"document": document_of(DATA, odd=1)}, {"odd": {"deep": [1, {"a": "b"}]}},
    {"lines": [{"label": "a", "value": "b", "odd": 1}]},
]  # fmt: skip
LAYOUTS = [
    lambda raw: raw,
    lambda raw: raw + b"\r",
    lambda raw: b" " + raw,
    lambda raw: raw.replace(b": ", b":"),
    lambda raw: raw[:-1] + b',"id":"x"}',
    lambda raw: raw[:-1] + b',"id" : "x"}',
    lambda raw: raw[:-1],
    lambda raw: raw + raw,
    lambda raw: raw.replace(b", ", b",\n", 1),
    lambda raw: b"",
]


@st.composite
def files(draw):
    """A file with every kind, each with some records of which some are changed."""
    kinds = {}
    for kind, record in MINIMAL.items():
        changed = draw(st.lists(st.sampled_from([{}, *CHANGES[kind]]), max_size=3))
        kinds[kind] = [line({**record, "id": f"{kind}-{n}"}, **each) for n, each in enumerate(changed)]
        if kinds[kind] and draw(st.integers(0, 3)) == 0:
            kinds[kind][0] = draw(st.sampled_from(LAYOUTS))(kinds[kind][0])
    if draw(st.integers(0, 4)) == 0:
        kinds["clients"] += kinds["clients"][:1]
    kinds["clients"].append(line(CLIENT))
    return file_of(**kinds, extra={"documents/a.dat": DATA}).getvalue()


@settings(max_examples=400)
@given(files())
@example(file_of(clients=[line(CLIENT, address={"country": "NL"})], returns=[line(RETURN)]).getvalue())
def test_with_and_without_proofs_the_report_is_one(data):
    proved = report_of(io.BytesIO(data))
    with pytest.MonkeyPatch.context() as monkeypatch:
        assert report_of(io.BytesIO(data), monkeypatch) == proved


@pytest.mark.parametrize(
    ("kind", "change"), [(kind, change) for kind, changes in CHANGES.items() for change in changes], ids=str
)
def test_each_record_is_proved_just_when_it_is_right(kind, change):
    raw = lines_of(line({**MINIMAL[kind], **change}))
    part = Part(path="p", kind=Kind(kind), source=None, records=0, bytes=0, sha256="")
    (batch,) = PartReader(part, max_line=1 << 20).batches(iter([raw]), 0, 10, None)
    is_right = bool(batch.accepted)
    # whoever finds the document knows its path
    is_right |= bool(batch.refused) and batch.refused[0].field == "document.path"
    proof = Prover(Scanner(), Kind(kind)).prove(raw)
    assert (proof is not None) == (is_right and change not in RARE)


def test_an_id_in_two_parts_is_found_on_the_second_reading():
    data = lines_of(line(CLIENT))
    parts = [part_of(name, "clients", data, 1) for name in ("a", "b")]
    returns = lines_of(*(line(RETURN, id=f"r{n}") for n in range(3)))
    parts.append(part_of("r", "returns", returns, 3, product="NewWin"))
    told = []
    report = check_file(
        archive({"a": data, "b": data, "r": returns}, manifest_of(parts)),
        accepted_numbers=None,
        progress=told.append,
    )
    assert [(part.good, dict(part.rejected)) for part in report.parts] == [
        (1, {}),
        (0, {"duplicate-id": 1}),
        (3, {}),
    ]
    assert [(found.path, found.problem.code) for found in report.problems] == [
        ("b", "duplicate-id"),
        ("r", "unknown-product"),
    ]
    assert told == sorted(told) and told[-1] == 1


def test_a_client_whose_first_line_is_refused_stays_unknown():
    clients = [line(CLIENT, bsn="123456789"), line(CLIENT)]
    report = check_file(file_of(clients=clients, returns=[line(RETURN)]), accepted_numbers=None)
    assert [dict(part.rejected) for part in report.parts] == [
        {"invalid-bsn": 1, "duplicate-id": 1},
        {"unknown-client": 1},
    ]
    assert (report.problem_count, len(report.problems)) == (3, 3)


def test_clients_of_earlier_migrations_are_asked_about_once():
    asked = []

    def known(source, client):
        asked.append((source, client))
        return True

    lines = [line(RETURN, id=f"r{n}", client_id=f"c{n % 2}") for n in range(3_000)]
    report = check_file(file_of(returns=lines), accepted_numbers=None, known_client=known)
    assert report.parts[0].good == 3_000
    assert sorted(asked) == [(SOURCE, "c0"), (SOURCE, "c1")]


def test_every_kind_has_its_changes():
    assert set(CHANGES) == set(MINIMAL) == set(Kind)
    assert all(isinstance(json.loads(line(record)), dict) for record in MINIMAL.values())
