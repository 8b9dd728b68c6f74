"""The published JSON Schema is that of the program, and good files keep it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import jsonschema
import pytest

from migrations_app.migration_file import Preset, schema, write_preset
from migrations_app.migration_file.records import RECORD_TYPES, Kind
from tests.migrations_app.migration_file.build import MINIMAL, RETURN, document_of

PUBLISHED = Path(__file__).parents[3] / "docs" / "migration-file.schema.json"
SCHEMA = schema.schema()


def validator(name):
    whole = {"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], "$ref": f"#/$defs/{name}"}
    jsonschema.Draft202012Validator.check_schema(whole)
    return jsonschema.Draft202012Validator(whole)


RECORDS = {kind: validator(record_type.__name__) for kind, record_type in RECORD_TYPES.items()}


def test_the_published_schema_is_up_to_date():
    """Otherwise: python -m migrations_app.migration_file.schema > docs/migration-file.schema.json"""
    assert PUBLISHED.read_text(encoding="utf-8") == schema.as_text()


@pytest.mark.parametrize("preset", Preset)
def test_a_good_file_keeps_it(preset):
    write_preset(out := io.BytesIO(), preset)
    with zipfile.ZipFile(out) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        jsonschema.Draft202012Validator(SCHEMA).validate(manifest)
        for part in manifest["parts"]:
            for line in archive.read(part["path"]).splitlines():
                RECORDS[Kind(part["kind"])].validate(json.loads(line))


@pytest.mark.parametrize("kind", MINIMAL)
def test_the_least_of_every_kind_keeps_it(kind):
    assert RECORDS[Kind(kind)].is_valid(MINIMAL[kind])
    assert not RECORDS[Kind(kind)].is_valid(MINIMAL[kind] | {"id": 7})


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("returns", {"amount": "12.30"}),
        ("returns", {"amount": 10**15}),
        ("returns", {"document": document_of(b"", sha256="0" * 63)}),
        ("clients", {"kind": "company"}),
        ("responsibilities", {"staff_email": "a b@c"}),
    ],
)
def test_what_breaks_it(kind, changes):
    assert not RECORDS[Kind(kind)].is_valid({**MINIMAL[kind], **changes})


def test_an_amount_is_a_number():
    assert RECORDS[Kind.RETURNS].is_valid({**RETURN, "amount": -12.5})
    assert not RECORDS[Kind.RETURNS].is_valid({**RETURN, "tax_year": 2018.5})
