"""The pre-check: the file's code, and what each part will come to."""

from __future__ import annotations

import io

import pytest

from migrations_app.migration_file import Limits, check_file
from tests.migrations_app.migration_file.build import (
    CLIENT,
    MINIMAL,
    NUMBER,
    RETURN,
    SOURCE,
    archive,
    document_of,
    file_of,
    line,
    manifest_of,
    part_of,
)

DATA = b"a document"


def check(source, numbers=(NUMBER,), **options):
    return check_file(source, accepted_numbers=numbers, **options)


def returns(*changes, **options):
    lines = [line(RETURN, id=f"r{number}", **each) for number, each in enumerate(changes)]
    return check(file_of(clients=[line(CLIENT)], returns=lines, **options))


def test_an_accepted_file():
    report = check(file_of(**{kind: [line(record)] for kind, record in MINIMAL.items()}))
    assert report.accepted and report.manifest
    assert [(part.announced, part.good, part.read) for part in report.parts] == [(1, 1, 1)] * 6


def test_another_office():
    assert check(file_of(), numbers=("87654321",)).code == "other-office"
    assert check(file_of(), numbers=("87654321", NUMBER)).accepted
    assert check(file_of(), numbers=None).accepted


def test_bad_files_raise_nothing():
    assert check(io.BytesIO(b"no zip")).code == "not-a-zip"
    assert check(file_of(), limits=Limits(max_bytes=10)).code == "too-large"
    assert check(archive({}, None)).code == "manifest-missing"


def test_the_office_comes_before_the_parts():
    manifest = manifest_of([part_of("a", "clients", b"", 0)])
    assert check(archive({}, manifest), numbers=()).code == "other-office"
    report = check(archive({"stray": b""}, manifest))
    assert (report.code, report.path) == ("part-missing", "a")


def test_the_first_code_of_all_parts():
    data = line(CLIENT) + b"\n"
    parts = [part_of("a", "clients", data, 2), part_of("b", "clients", data, 1, sha256="0" * 64)]
    assert check(archive({"a": data, "b": data}, manifest_of(parts))).code == "part-checksum"
    files = {"a": data, "b": data, "documents/x": b""}
    report = check(archive(files, manifest_of(parts)))
    assert (report.code, report.path) == ("entry-not-announced", "documents/x")


def test_counts_by_code_and_year():
    report = returns(
        {}, {"tax_year": 2014, "period": "2014"}, {"variant": "?"}, {"tax_year": 2019, "period": "2019"}
    )
    part = report.parts[1]
    assert (part.product, part.product_year, part.announced, part.good) == ("BasWin", 2019, 4, 2)
    assert part.skipped == {"year-not-supported": 1}
    assert part.rejected == {"invalid-field": 1}
    years = {year: (found.good, found.skipped, found.rejected) for year, found in part.years.items()}
    assert years == {2018: (1, 0, 1), 2014: (0, 1, 0), 2019: (1, 0, 0)}
    assert {(found.path, found.problem.line) for found in report.problems} == {
        ("returns.jsonl", 2),
        ("returns.jsonl", 3),
    }


def test_clients_may_come_after_their_returns():
    assert not check(file_of(returns=[line(RETURN)], clients=[line(CLIENT)])).problems


def test_unknown_clients():
    source = file_of(clients=[line(CLIENT, bsn="123456789")], returns=[line(RETURN)])
    assert check(source).parts[1].rejected == {"unknown-client": 1}
    asked = []

    def known(source_id, client_id):
        asked.append((source_id, client_id))
        return True

    assert check(source, known_client=known).parts[1].good == 1
    assert asked == [(SOURCE, "c1")]


def test_a_client_of_another_source_is_unknown():
    other = "00000000-0000-0000-0000-000000000001"
    data = {"c": line(CLIENT) + b"\n", "r": line(RETURN) + b"\n"}
    parts = [part_of("c", "clients", data["c"], 1), part_of("r", "returns", data["r"], 1, source=other)]
    sources = [{"id": SOURCE, "kind": "classic"}, {"id": other, "kind": "database"}]
    report = check(archive(data, manifest_of(parts, sources=sources)))
    assert report.parts[1].rejected == {"unknown-client": 1}


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (document_of(DATA), None),
        (document_of(DATA, path="documents/b"), "document-missing"),
        (document_of(DATA, bytes=1), "document-checksum"),
        (document_of(DATA, sha256="0" * 64), "document-checksum"),
    ],
)
def test_documents(document, code):
    right = {"document": document_of(DATA)}
    report = returns(right, {"document": document}, right, extra={"documents/a.dat": DATA})
    assert report.accepted
    assert report.parts[1].rejected == ({code: 1} if code else {})
    assert report.parts[1].good == (2 if code else 3)


@pytest.mark.parametrize(
    "changes",
    [{"tax_year": 2014, "period": "2014"}, {"variant": "?"}, {"period": "2020"}, {"client_id": "nobody"}],
)
def test_a_refused_record_still_announces_its_document(changes):
    report = returns({"document": document_of(DATA), **changes}, extra={"documents/a.dat": DATA})
    assert report.accepted


def test_a_document_that_no_record_names():
    report = returns({}, extra={"documents/a.dat": DATA})
    assert (report.code, report.path) == ("entry-not-announced", "documents/a.dat")


def test_an_unreadable_line_may_have_named_a_document():
    bad = line(RETURN, document=document_of(DATA))[:-1]
    files = {"documents/a.dat": DATA}
    assert check(file_of(returns=[bad], extra=files)).accepted
    assert check(file_of(returns=[bad], extra={**files, "documents/b": b""})).code == "entry-not-announced"


def test_progress_rises_to_one():
    told = []
    lines = [line(CLIENT, id=f"c{number}") for number in range(12_000)]
    check(file_of(clients=lines), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1 and 0 < told[0] < 0.6


def test_problems_are_bounded():
    report = check(file_of(clients=[b"{"] * 1_500))
    assert (report.problem_count, len(report.problems)) == (1_500, 1_000)
    assert report.parts[0].rejected == {"invalid-json": 1_500}
