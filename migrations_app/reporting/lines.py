"""The lines of a report: chosen and counted by its tallies, found by an index in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, overload

from django.db.models import IntegerField, Q, QuerySet, Value

from migrations_app.models import LedgerEntry, MigrationJob, Outcome
from migrations_app.reporting.numbers import Group, Report
from migrations_app.reporting.remarks import Remark, described, remarks

PAGE_SIZE = 50


@dataclass(frozen=True)
class Choice:
    """Which lines somebody wants to see; empty: all. `year` 0: of records without a year."""

    outcome: str = ""
    code: str = ""
    part: str = ""
    year: int | None = None

    def __contains__(self, group: Group) -> bool:
        return (
            self.outcome in ("", group.outcome)
            and self.code in ("", group.code)
            and self.part in ("", str(group.part.pk))
            and self.year in (None, group.tax_year)
        )


class Slice(NamedTuple):
    """`number` lines of a group, from `start`."""

    group: Group
    start: int
    number: int


class Lines(Sequence[Remark]):
    """The chosen lines of a report, in the order of its groups; a sequence for a paginator."""

    def __init__(self, job: MigrationJob, report: Report, choice: Choice) -> None:
        self._job = job
        self.groups = [group for group in report.groups if group in choice]
        self.total = sum(group.count for group in self.groups)

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, wanted: int) -> Remark: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[Remark]: ...
    def __getitem__(self, wanted: int | slice) -> Remark | list[Remark]:
        """Three queries, wherever in the report."""
        if isinstance(wanted, int):
            return self[wanted : wanted + 1][0]
        slices = self.slices(wanted.start or 0, wanted.stop or self.total)
        return [remark for _, remark in _fetch(self._job, slices)]

    def everything(self) -> Iterator[Remark]:
        """All of them in the order of the file, a thousand at a time in memory."""
        for part in sorted({group.part for group in self.groups}, key=lambda part: part.position):
            own = [group for group in self.groups if group.part == part]
            chosen = Q()
            for group in own:
                chosen |= _of(group)
            # in the order of an index: nothing is sorted before the first line goes out
            entries = LedgerEntry.objects.filter(chosen, part=part).order_by("line", "code")
            yield from remarks(entries, self._job)

    def slices(self, start: int, stop: int) -> list[Slice]:
        """Where the lines from `start` up to `stop` are."""
        found = []
        for group in self.groups:
            first, last = max(0, start), min(stop, group.count)
            if first < last:
                found.append(Slice(group, first, last - first))
            start -= group.count
            stop -= group.count
        return found


def first_lines(job: MigrationJob, report: Report, most: int) -> dict[Outcome, list[Remark]]:
    """Up to `most` lines of each outcome. Three queries."""
    slices: list[Slice] = []
    for outcome in dict.fromkeys(group.outcome for group in report.groups):
        slices += Lines(job, report, Choice(outcome=outcome)).slices(0, most)
    found: dict[Outcome, list[Remark]] = {}
    for each, remark in _fetch(job, slices):
        found.setdefault(each.group.outcome, []).append(remark)
    return found


def _of(group: Group) -> Q:
    # nobody's year is zero: the ledger leaves it out
    return Q(part=group.part, code=group.code, tax_year=group.tax_year or None)


def _fetch(job: MigrationJob, slices: Sequence[Slice]) -> list[tuple[Slice, Remark]]:
    places = _places(slices)
    wanted = Q(pk=None)
    for number, each in enumerate(slices):
        wanted |= Q(
            part=each.group.part,
            code=each.group.code,
            line__in=[line for place, line in places if place == number],
        )
    parts = {each.group.part.pk: each.group.part for each in slices}
    entries = {}
    for entry in LedgerEntry.objects.filter(wanted) if places else ():
        entry.part = parts[entry.part_id]
        entries[entry.part_id, entry.code, entry.line] = entry
    found = [(slices[number], line) for number, line in places]
    in_order = [entries[each.group.part.pk, each.group.code, line] for each, line in found]
    told = described(job, in_order) if in_order else []
    return [(each, remark) for (each, _), remark in zip(found, told, strict=True)]


def _places(slices: Sequence[Slice]) -> list[tuple[int, int]]:
    """(number of the slice, line) of each wanted line, in order: one query, of the index alone."""
    queries = [_lines_of(number, each) for number, each in enumerate(slices)]
    if not queries:
        return []
    first, *rest = queries
    return sorted(first.union(*rest, all=True) if rest else first)


def _lines_of(place: int, wanted: Slice) -> QuerySet[LedgerEntry, tuple[int, int]]:
    group, start, number = wanted
    lines = LedgerEntry.objects.filter(_of(group)).annotate(place=Value(place, IntegerField()))
    pairs = lines.values_list("place", "line")
    end = group.count - start - number
    # from the nearer end
    if end < start:
        return pairs.order_by("-line")[end : end + number]
    return pairs.order_by("line")[start : start + number]
