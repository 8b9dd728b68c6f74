"""The manifest: what it must say, and which code it gets when it does not."""

from __future__ import annotations

import json

import pytest

from migrations_app.migration_file import Refused
from migrations_app.migration_file.manifest import parse_manifest
from tests.migrations_app.migration_file.build import SOURCE, manifest_of, part_of

PART = part_of("clients.jsonl", "clients", b"", 0)


def code_of(manifest):
    data = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
    with pytest.raises(Refused) as refused:
        parse_manifest(data)
    return refused.value.code


def test_read():
    manifest = parse_manifest(b"\xef\xbb\xbf" + json.dumps(manifest_of([PART])).encode())
    assert manifest.office.trade_register_number == "12345678"
    assert manifest.source_of(manifest.parts[0]).kind == "classic"


def test_a_newer_minor_version_and_unknown_keys_are_read():
    assert (
        parse_manifest(json.dumps(manifest_of([PART], version="1.9", surprise=1)).encode()).version == "1.9"
    )


@pytest.mark.parametrize("version", ["2.0", "0.9", "10.0"])
def test_other_major_versions(version):
    assert code_of(manifest_of("in another shape", version=version)) == "version-unsupported"


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "other"},
        {"version": None},
        {"version": "1"},
        {"version": 1.0},
        {"created_at": "2021-10-15T13:56:03"},
        {"office": {"name": "x"}},
        {"office": {"trade_register_number": "1234567"}},
        {"office": {"trade_register_number": "12345678", "tax_consultant_number": "12"}},
        {"office": {"trade_register_number": "12345678", "name": "e\u0301"}},
        {"sources": []},
        {"sources": [{"id": "x", "kind": "classic"}]},
        {"sources": [{"id": SOURCE, "kind": "cloud"}]},
        {"sources": [{"id": SOURCE, "kind": "classic"}] * 2},
        {"parts": None},
        {"parts": [PART, PART]},
        {"parts": [PART | {"path": "../a"}]},
        {"parts": [PART | {"path": "manifest.json"}]},
        {"parts": [PART | {"path": "documents/a"}]},
        {"parts": [PART | {"path": "returns/"}]},
        {"parts": [PART | {"kind": "other"}]},
        {"parts": [PART | {"records": -1}]},
        {"parts": [PART | {"sha256": "x" * 64}]},
        {"parts": [PART | {"source": "00000000-0000-0000-0000-000000000000"}]},
    ],
)
def test_invalid(changes):
    assert code_of(manifest_of([PART]) | changes) == "manifest-invalid"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", b"\xff", b'{"format":1,"format":2}', b'{"a":NaN}', b"[" * 100_000, b"null"]
)
def test_no_manifest_at_all(data):
    assert code_of(data) == "manifest-invalid"
