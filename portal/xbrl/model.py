"""What an XBRL instance holds, whatever its taxonomy: contexts, units and facts."""

from __future__ import annotations

from datetime import date

from msgspec import Struct


class Name(Struct, frozen=True, gc=False):
    """An XML name with its prefix resolved; `namespace` is empty when it has none."""

    namespace: str
    local: str


class Dimension(Struct, frozen=True, gc=False):
    """One axis of a context. An explicit member has a `member`, a typed one a `value`."""

    axis: Name
    member: Name | None
    value: str | None

    @property
    def text(self) -> str:
        return self.member.local if self.member else self.value or ""


class Context(Struct, frozen=True, gc=False):
    """Whom and what period facts are about.

    A period of days has `start` and `end`, both included; an instant only `end`; `forever` neither.
    """

    id: str
    scheme: str
    number: str
    start: date | None
    end: date | None
    dimensions: tuple[Dimension, ...]


class Unit(Struct, frozen=True, gc=False):
    """`EUR`, `pure`, or `EUR/kWh`: the measures' local names."""

    id: str
    text: str
    is_currency: bool


class Step(Struct, frozen=True, gc=False):
    """A tuple on the way to a fact: the `number`-th of its name inside its parent, from 1."""

    name: Name
    number: int


class Fact(Struct, frozen=True, gc=False):
    """A value as it stands in the document, without white space around it; None when it is nil."""

    name: Name
    value: str | None
    context: Context
    unit: Unit | None
    decimals: str | None
    path: tuple[Step, ...]


class Instance(Struct, frozen=True, gc=False):
    """A document, its contexts and facts in the order in which they stand there."""

    entry_point: str
    contexts: tuple[Context, ...]
    facts: tuple[Fact, ...]
