"""Twins of the record types that tell a key left out from a null, and that refuse a key that no field has.

They hold a record to the same types as its own type does, but keep an amount as it was written: of all fields
it takes longest to decode.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Union

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from migrations_app.migration_file.records import RECORD_TYPES, Address, Document, Kind, TaxCardLine

Fields = list[tuple[str, Any] | tuple[str, Any, Any]]
# the fields that hold objects of their own, and the type of these objects
BELOW: Mapping[str, type[Struct]] = {"address": Address, "document": Document, "lines": TaxCardLine}


def twin(struct: type[Struct], fields: Fields) -> type[Struct]:
    return msgspec.defstruct(
        struct.__name__, fields, gc=False, kw_only=True, forbid_unknown_fields=True, module=__name__
    )


def kept_type(field: msgspec.structs.FieldInfo, below: Callable[[str], type[Struct]]) -> Any:
    """The type of a twin's field; `below` gives the twin for the objects that a field holds."""
    if field.type == Decimal | None:
        return Raw
    if field.name == "lines":
        return list[below("lines")] | None  # type: ignore[misc]  # a type made while running
    return below(field.name) | None if field.name in BELOW else field.type


def maybe(name: str, kept: Any) -> tuple[str, Any, Any]:
    """A field that may be left out."""
    return name, Union[kept, UnsetType], UNSET  # noqa: UP007  # kept is a value


def _mirror(struct: type[Struct]) -> type[Struct]:
    fields: Fields = []
    for field in msgspec.structs.fields(struct):
        kept = kept_type(field, lambda name: _mirror(BELOW[name]))
        fields.append((field.name, kept) if field.required else maybe(field.name, kept))
    return twin(struct, fields)


MIRRORS: dict[Kind, type[Struct]] = {kind: _mirror(struct) for kind, struct in RECORD_TYPES.items()}
