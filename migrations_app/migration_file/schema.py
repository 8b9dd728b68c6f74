"""The JSON Schema of the manifest and the records, from the structs that read them.

python -m migrations_app.migration_file.schema > docs/migration-file.schema.json
"""

from __future__ import annotations

import json
import sys
from typing import Any

import msgspec

from migrations_app.migration_file.manifest import Manifest
from migrations_app.migration_file.records import RECORD_TYPES

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT = (
    "`manifest.json` of a migration file (migratiebestand), and under $defs a line of a part of each kind. "
    "What keeps this schema keeps the types of the contract; docs/migration-file.md has its other rules."
)
# msgspec takes a Decimal for a text; the contract's amounts are numbers, of at most 15 digits
_MSGSPEC_DECIMAL = {"type": "string", "format": "decimal"}
_AMOUNT = {"type": "number", "exclusiveMinimum": -(10**15), "exclusiveMaximum": 10**15}


def schema() -> dict[str, Any]:
    """The whole schema; its definitions are named as the structs are."""
    references, definitions = msgspec.json.schema_components(
        [Manifest, *RECORD_TYPES.values()], ref_template="#/$defs/{name}"
    )
    for kind, record_type in RECORD_TYPES.items():
        definitions[record_type.__name__]["description"] = f"A line of a part of kind `{kind}`."
    head = {"$schema": _DIALECT, "title": "Migration file, format 1.0", "description": _ABOUT}
    return {**head, **references[0], "$defs": {name: _mended(each) for name, each in definitions.items()}}


def _mended(value: Any) -> Any:
    if value == _MSGSPEC_DECIMAL:
        return _AMOUNT
    if isinstance(value, dict):
        return {key: _ecma(each) if key == "pattern" else _mended(each) for key, each in value.items()}
    return [*map(_mended, value)] if isinstance(value, list) else value


def _ecma(pattern: str) -> str:
    """JSON Schema's regular expressions are those of JavaScript, where `$` is only the end."""
    return pattern.removesuffix(r"\Z") + "$" if pattern.endswith(r"\Z") else pattern


def as_text() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
