"""A message for people: its facts in sections, with Dutch labels.

Words are Dutch here, not translated by the pages: the taxonomy's labels among which they stand are Dutch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from portal.xbrl.formatting import day, formatted
from portal.xbrl.labels import axis_label, label_of
from portal.xbrl.model import Context, Fact, Instance, Step
from portal.xbrl.subjects import Days, kind, period

# who sent the message and with what: of less interest than what it says
_ABOUT_MESSAGE = re.compile(
    "Contact|Software|MessageReference|DateTimeCreation|DateCreation|TaxConsultant|SignatoryTaxConsultant"
    "|ProfessionalAssociation"
)
_ABOUT_TITLE = "Over dit bericht"
_LONGEST_TITLE = 300


class Row(NamedTuple):
    """`unit` is empty for what is no figure. A personal number is whole: to mask it is the page's part."""

    label: str
    value: str
    unit: str
    is_personal: bool


class Section(NamedTuple):
    """`title` is empty for what is about the message's own period, outside tuples and dimensions."""

    title: str
    rows: list[Row]


def readable(instance: Instance, facts: Sequence[Fact] | None = None) -> list[Section]:
    """All facts or some; sections in the order of their first fact, what is about the message last."""
    message = kind(instance)
    form = message.form if message else None
    titles = _Titles(instance)
    sections: dict[str, Section] = {}
    about = Section(_ABOUT_TITLE, [])
    for fact in instance.facts if facts is None else facts:
        if not fact.path and _ABOUT_MESSAGE.match(fact.name.local):
            about.rows.append(_row(fact, form))
        else:
            title = titles.of(fact)
            sections.setdefault(title, Section(title, [])).rows.append(_row(fact, form))
    return [*sections.values(), *([about] if about.rows else [])]


def _row(fact: Fact, form: str | None) -> Row:
    label = label_of(fact.name, form)
    unit = fact.unit.text if fact.unit else ""
    return Row(label.text, formatted(fact, label.kind), unit, label.kind == "n")


class _Titles:
    """Titles of sections: tuples, dimensions and period, each put in words once however many facts it has."""

    def __init__(self, instance: Instance) -> None:
        self._main = period(instance)
        self._repeated = {step.name for fact in instance.facts for step in fact.path if step.number > 1}
        self._paths: dict[tuple[Step, ...], str] = {}
        self._contexts: dict[str, str] = {}

    def of(self, fact: Fact) -> str:
        if fact.path not in self._paths:
            self._paths[fact.path] = _joined(map(self._step, fact.path))
        if fact.context.id not in self._contexts:
            self._contexts[fact.context.id] = self._context(fact.context)
        title = _joined((self._paths[fact.path], self._contexts[fact.context.id]))
        return title[:1].upper() + title[1:]

    def _step(self, step: Step) -> str:
        words = label_of(step.name, None).text
        return f"{words} {step.number}" if step.name in self._repeated else words

    def _context(self, context: Context) -> str:
        dimensions = (f"{axis_label(each.axis)} {each.text}" for each in context.dimensions)
        return _joined((*dimensions, _when(context, self._main)))


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)[:_LONGEST_TITLE]


def _when(context: Context, main: Days | None) -> str:
    """Empty for the message's own period, and for a moment in a message of moments only."""
    if context.start is None and context.end is None:
        return ""
    if context.start is None:
        return f"op {_day(context.end)}" if main else ""
    if main == (context.start, context.end):
        return ""
    return f"{_day(context.start)} t/m {_day(context.end)}"


def _day(value: date | None) -> str:
    return day(value.isoformat()) if value else ""
