"""Whom a message is about, what period, and which kind of message it is."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import NamedTuple

from portal.xbrl.entrypoints import MessageKind, message_kind
from portal.xbrl.model import Instance

# Verified in official messages of VAT. Of bsn and rsin none has been seen, so that those are reported.
_KNOWN_SCHEMES = frozenset({"www.belastingdienst.nl/omzetbelastingnummer"})
_NUMBER = re.compile(r"([0-9]{9})(?:[BL][0-9]{2})?", re.ASCII)


class Taxpayer(NamedTuple):
    """The number as it stands in the document, and the scheme that says what number it is."""

    scheme: str
    number: str

    @property
    def known_scheme(self) -> bool:
        return self.scheme in _KNOWN_SCHEMES

    @property
    def identity(self) -> str | None:
        """The bsn or rsin in a bsn, rsin, omzetbelastingnummer or loonheffingennummer; else None."""
        match = _NUMBER.fullmatch(self.number)
        return match[1] if match else None


class Days(NamedTuple):
    """First and last day, both included."""

    start: date
    end: date


class Subject(NamedTuple):
    """What a message is compared by; small enough to keep thousands."""

    kind: MessageKind | None
    taxpayers: tuple[Taxpayer, ...]
    period: Days | None


def taxpayers(instance: Instance) -> tuple[Taxpayer, ...]:
    """Everyone its contexts are about, in their order. A proper message is about one."""
    return tuple(dict.fromkeys(Taxpayer(each.scheme, each.number) for each in instance.contexts))


def taxpayer(instance: Instance) -> Taxpayer:
    """The one of its first context."""
    first = instance.contexts[0]
    return Taxpayer(first.scheme, first.number)


def period(instance: Instance) -> Days | None:
    """The period of most facts, of equals the first; without facts that of a context. None: only instants."""
    counted = Counter(
        Days(fact.context.start, fact.context.end)
        for fact in instance.facts
        if fact.context.start and fact.context.end
    )
    if counted:
        return counted.most_common(1)[0][0]
    return next((Days(each.start, each.end) for each in instance.contexts if each.start and each.end), None)


def kind(instance: Instance) -> MessageKind | None:
    """None for an entry point that is none of the tax authority's."""
    return message_kind(instance.entry_point)


def subject(instance: Instance) -> Subject:
    return Subject(kind(instance), taxpayers(instance), period(instance))
