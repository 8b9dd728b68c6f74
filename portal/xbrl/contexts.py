"""Contexts and units while their elements come in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from portal.xbrl.errors import NotXbrl
from portal.xbrl.model import Context, Dimension, Name, Unit

XBRLI = "http://www.xbrl.org/2003/instance"
_XBRLDI = "http://xbrl.org/2006/xbrldi"
_ISO_4217 = "http://www.xbrl.org/2003/iso4217"
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T([0-9:.]+))?(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII)

# a prefixed name of an attribute or a text, resolved where it stands
Resolve = Callable[[str], Name]


class ContextDraft:
    """A context whose end tag has not come yet."""

    def __init__(self, id_: str, resolve: Resolve) -> None:
        self._id = id_
        self._resolve = resolve
        self._scheme: str | None = None
        self._number = ""
        self._dates: dict[str, date] = {}
        self._dimensions: list[Dimension] = []
        self._axis: Name | None = None
        self._typed: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """`name` is namespace, blank, local name."""
        if name == f"{XBRLI} identifier":
            if self._scheme is not None:
                raise NotXbrl("two identifiers")
            self._scheme = attributes.get("scheme", "").strip()
        elif name in (f"{_XBRLDI} explicitMember", f"{_XBRLDI} typedMember"):
            self._axis = self._resolve(attributes.get("dimension", ""))
            self._typed = []

    def end(self, name: str, text: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace == XBRLI:
            self._end_own(local, text)
        elif namespace == _XBRLDI and self._axis:
            is_explicit = local == "explicitMember"
            member = self._resolve(text) if is_explicit else None
            value = None if is_explicit else " ".join(self._typed)
            self._dimensions.append(Dimension(self._axis, member, value))
            self._axis = None
        elif self._axis and text:
            self._typed.append(text)

    def _end_own(self, local: str, text: str) -> None:
        if local == "identifier":
            self._number = text
        elif local == "startDate":
            self._dates[local] = _day(text, is_end=False)
        elif local in ("endDate", "instant"):
            self._dates["end"] = _day(text, is_end=True)

    def finish(self) -> Context:
        """Raises NotXbrl when it says not whom it is about, or its period ends before it starts."""
        start, end = self._dates.get("startDate"), self._dates.get("end")
        if self._scheme is None or not self._number:
            raise NotXbrl("no identifier")
        if start and (end is None or end < start):
            raise NotXbrl("no period")
        return Context(self._id, self._scheme, self._number, start, end, tuple(self._dimensions))


def _day(text: str, *, is_end: bool) -> date:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NotXbrl("no date")
    try:
        day = date.fromisoformat(match[1])
        # XBRL 2.1, 4.7.2: an end without time lies at the end of its day, one at midnight before its day
        is_midnight = match[2] is not None and not match[2].strip("0:.")
        return day - timedelta(days=1) if is_end and is_midnight else day
    except (ValueError, OverflowError):
        raise NotXbrl("no date") from None


class UnitDraft:
    """A unit whose end tag has not come yet."""

    def __init__(self, id_: str, resolve: Resolve) -> None:
        self._id = id_
        self._resolve = resolve
        self._above: list[Name] = []
        self._below: list[Name] = []
        self._target = self._above

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{XBRLI} unitDenominator":
            self._target = self._below

    def end(self, name: str, text: str) -> None:
        if name == f"{XBRLI} measure":
            self._target.append(self._resolve(text))

    def finish(self) -> Unit:
        """Raises NotXbrl for a unit of nothing."""
        if not self._above:
            raise NotXbrl("no measure")
        text = "/".join(
            "*".join(name.local for name in names) for names in (self._above, self._below) if names
        )
        is_currency = len(self._above) == 1 and not self._below and self._above[0].namespace == _ISO_4217
        return Unit(self._id, text, is_currency)
