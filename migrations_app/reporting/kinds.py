"""The result of a job by kind, as commands and API give it."""

from __future__ import annotations

from typing import Any

from migrations_app.models import MigrationJob, Outcome

_BY_CODE = {Outcome.SKIPPED: "skipped", Outcome.REJECTED: "rejected", Outcome.WARNED: "warnings"}


def kinds_of_job(job: MigrationJob) -> dict[str, dict[str, Any]]:
    """`{"clients": {"announced": n, "created": n, …, "skipped": {code: n}, …}}`."""
    kinds: dict[str, dict[str, Any]] = {}
    for part in job.parts.prefetch_related("tallies"):
        numbers = kinds.setdefault(part.kind, _empty())
        numbers["announced"] += part.announced
        for tally in part.tallies.all():
            outcome = Outcome(tally.outcome)
            if outcome in _BY_CODE:
                codes = numbers[_BY_CODE[outcome]]
                codes[tally.code] = codes.get(tally.code, 0) + tally.count
            else:
                numbers[outcome.value] += tally.count
    return kinds


def _empty() -> dict[str, Any]:
    counters = dict.fromkeys(("announced", "created", "updated", "unchanged"), 0)
    return {**counters, **{name: {} for name in _BY_CODE.values()}}
