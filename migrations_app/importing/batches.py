"""One batch, one transaction: hold the job, write, explain, count, checkpoint."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from migrations_app import queue
from migrations_app.importing import control
from migrations_app.importing.copying import copy_rows
from migrations_app.importing.preparing import prepare
from migrations_app.importing.run_state import Outcomes, Prepared, Run
from migrations_app.migration_file import Batch, OutcomeCode, RecordProblem
from migrations_app.models import Outcome, Part, PartKind
from portal.ids import uuid7

# new clients of a part that are worth looking at their table, some hundredths of a second
_MANY = 5_000


def import_batch(run: Run, part: Part, batch: Batch) -> None:
    """Every record of `batch` has its outcome, or none of them has. Raises queue.Fenced."""
    write(run, part, prepare(run, part, batch))


def write(run: Run, part: Part, prepared: Prepared) -> None:
    """Every record of a batch has its outcome, or none of them has. Raises queue.Fenced."""
    outcomes = prepared.outcomes
    with transaction.atomic():
        queue.hold(run.job.pk, run.fence, records=prepared.records)
        with connection.cursor() as cursor:
            for act in prepared.acts:
                act(cursor, outcomes)
            if part.kind in control.KINDS:
                control.write_totals(cursor, part, prepared.control, outcomes.problems)
        write_outcomes(part, outcomes, last_line=prepared.last_line)
        # nobody saw a heartbeat meanwhile: it waits for this transaction
        queue.hold(run.job.pk, run.fence)


def close_part(run: Run, part: Part) -> None:
    """Every record of the part has its outcome: of a kind that was not chosen, that it was skipped unread."""
    if part.kind not in run.job.selected_kinds and not part.is_closed:
        _skip(run, part)
    Part.objects.filter(pk=part.pk).update(is_closed=True)
    if part.kind == PartKind.CLIENTS:
        _tell_planner(part)


def _tell_planner(part: Part) -> None:
    """Have the table of clients analysed when the part made it grow, as autovacuum would do in a minute.

    Until then the list of clients sorts all of an office that the planner takes for empty.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.created >= %s AND p.created > c.reltuples / 10
            FROM migrations_app_part p, pg_class c WHERE p.id = %s AND c.oid = 'dossiers_client'::regclass
            """,
            [_MANY, part.pk],
        )
        (has_grown,) = cursor.fetchone()
        if has_grown:
            # what the list asks for and is ordered by; of all columns it takes seven times as long
            cursor.execute("ANALYZE (SKIP_LOCKED) dossiers_client (office_id, name)")


def _skip(run: Run, part: Part) -> None:
    with transaction.atomic():
        queue.hold(run.job.pk, run.fence, records=part.announced - part.done)
        outcomes = Outcomes()
        outcomes.count(Outcome.SKIPPED, None, part.announced - part.done, OutcomeCode.NOT_SELECTED)
        write_outcomes(part, outcomes)


def write_outcomes(part: Part, outcomes: Outcomes, *, last_line: int = 0) -> None:
    """Add the batch to the part's counters, tallies and ledger, in the caller's transaction."""
    totals = outcomes.totals()
    Part.objects.filter(pk=part.pk).update(
        last_line=last_line,
        **{outcome.value: F(outcome.value) + number for outcome, number in totals.items()},
    )
    with connection.cursor() as cursor:
        _add_tallies(cursor, part, outcomes)
        _add_ledger(cursor, part, outcomes.problems)


def _add_tallies(cursor: CursorWrapper, part: Part, outcomes: Outcomes) -> None:
    cursor.executemany(
        """
        INSERT INTO migrations_app_tally AS t (part_id, outcome, code, tax_year, count)
        VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (part_id, outcome, code, tax_year) DO UPDATE SET count = t.count + excluded.count
        """,
        [(part.pk, outcome, code, year, number) for outcome, code, year, number in outcomes.tally_rows()],
    )


_LEDGER = (
    "id",
    "part_id",
    "line",
    "outcome",
    "code",
    "record_key",
    "client_key",
    "tax",
    "tax_year",
    "field",
    "expected",
    "client_name",
)


def _add_ledger(cursor: CursorWrapper, part: Part, problems: Sequence[RecordProblem]) -> None:
    if not problems:
        return
    rows = (
        (
            uuid7(),
            part.pk,
            problem.line,
            problem.outcome or Outcome.WARNED,
            problem.code,
            problem.record_id or "",
            problem.client_id or "",
            problem.tax or "",
            # no year is zero; the tallies say so of a record without one
            problem.tax_year or None,
            problem.field or "",
            problem.expectation or "",
            problem.client_name or "",
        )
        for problem in problems
    )
    copy_rows(cursor, "migrations_app_ledgerentry", _LEDGER, rows)
