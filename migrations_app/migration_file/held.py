"""Records of one block, and what their type alone tells of them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from operator import attrgetter
from typing import Any, NamedTuple


class Held(NamedTuple):
    """`fields` are those that a record may have; `values` are all that some fields may hold.

    The records are twins as mirrors.py makes them: a field left out is UNSET, which is false as None is.
    """

    records: list[Any]
    fields: Set[str]
    values: Mapping[str, Set[Any]]

    def distinct(self, name: str) -> Set[Any]:
        """All values that the records have in this field, and maybe others that their type allows."""
        return self.values.get(name) or set(map(attrgetter(name), self.records))
