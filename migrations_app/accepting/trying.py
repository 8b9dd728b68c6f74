"""The check of a file that is not taken in: at once, in bounded time, and nothing of it is kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from migrations_app.accepting.findings import Findings
from migrations_app.accepting.foreseeing import Foresight, check_and_foresee, in_order
from migrations_app.accepting.outlook import (
    Outlook,
    outlook,
    unsaved_finding,
    unsaved_parts,
)
from migrations_app.migration_file import CheckReport, Kind, Manifest, RefusalCode
from migrations_app.models import Finding, MigrationJob, Outcome
from migrations_app.reporting import Remark, described
from migrations_app.uploads import file_limits
from portal.office.models import Office

SECONDS = 25.0
# shown on a page; a sheet has as many as a spreadsheet takes
ON_A_PAGE, IN_A_SHEET = 200, 100_000
# one a process: whoever is served beside it notices one
_turn = threading.Lock()


class TooSlow(Exception):
    """It is not done within SECONDS."""

    code = "too_slow"


class Busy(Exception):
    """Another file is being tried."""

    code = "busy"


@dataclass(frozen=True)
class Trial:
    """`code` says why an upload would be refused; else there are `manifest` and `outlook`.

    `remarks` are the first of `remark_count` lines, those that will not be migrated before warnings.
    """

    code: RefusalCode | None
    manifest: Manifest | None
    outlook: Outlook | None = None
    remarks: tuple[Remark, ...] = ()
    remark_count: int = 0


def try_file(source: BinaryIO, office: Office, *, remarks: int = ON_A_PAGE) -> Trial:
    """What an upload with everything chosen would come to. Raises Busy, TooSlow."""
    with _our_turn(), Findings() as findings:
        report, foresight = check_and_foresee(
            source,
            office_id=office.pk,
            accepted_numbers=office.accepted_numbers(),
            limits=file_limits(),
            kinds=frozenset(Kind),
            findings=findings,
            progress=_Clock(),
        )
        if report.code is not None or report.manifest is None:
            return Trial(report.code, report.manifest)
        return _trial(office, report, report.manifest, foresight, findings, remarks)


@contextmanager
def _our_turn() -> Iterator[None]:
    if not _turn.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _turn.release()


class _Clock:
    """The progress of a check, which it ends when it takes too long."""

    def __init__(self) -> None:
        self._until = time.monotonic() + SECONDS

    def __call__(self, fraction: float) -> None:
        if time.monotonic() > self._until:
            raise TooSlow


def _trial(
    office: Office,
    report: CheckReport,
    manifest: Manifest,
    foresight: Foresight,
    findings: Findings,
    most: int,
) -> Trial:
    parts = unsaved_parts(manifest, in_order(manifest.parts))
    by_path = {part.path: part for part in parts}

    def made(*, warnings: bool) -> Iterator[Finding]:
        for found in findings:
            if (found.outcome == Outcome.WARNED) is warnings:
                part = by_path[found.path]
                yield unsaved_finding(part, found, foresight.name_of(part.source_uuid, found))

    shown = list(islice(made(warnings=False), most))
    shown += islice(made(warnings=True), most - len(shown))
    return Trial(
        None,
        manifest,
        outlook(parts, foresight.counts),
        tuple(described(MigrationJob(office=office), shown)),
        len(findings),
    )
