"""Twins of the record types that tell a key left out from a null, and that refuse a key that no field has.

They hold a record to the same types as its own type does, but keep an amount as it was written: of all fields
it takes longest to decode.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Union

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from migrations_app.migration_file.records import RECORD_TYPES, Address, Document, Kind, TaxCardLine


def _twin(struct: type[Struct], instead: dict[Any, Any]) -> type[Struct]:
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field in msgspec.structs.fields(struct):
        kept = instead.get(field.type, field.type)
        fields.append((field.name, kept) if field.required else (field.name, Union[kept, UnsetType], UNSET))  # noqa: UP007  # kept is a value
    return msgspec.defstruct(
        struct.__name__, fields, gc=False, kw_only=True, forbid_unknown_fields=True, module=__name__
    )


_INSTEAD: dict[Any, Any] = {
    Address | None: _twin(Address, {}) | None,
    Document | None: _twin(Document, {}) | None,
    list[TaxCardLine] | None: list[_twin(TaxCardLine, {})] | None,  # type: ignore[misc]
    Decimal | None: Raw,
}

MIRRORS: dict[Kind, type[Struct]] = {kind: _twin(struct, _INSTEAD) for kind, struct in RECORD_TYPES.items()}
