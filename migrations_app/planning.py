"""When queued migrations are expected to begin and end: the queue, played forward at the pace of before."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from migrations_app import queue
from migrations_app.models import MigrationJob, Place, QueuePause, Status
from migrations_app.models.job import HELD, SUCCESSFUL
from portal.office import hours
from portal.office.public_holidays import is_public_holiday

# records a second, of a machine on which nothing was imported yet; the budget of `make bench` is far above it
_UNKNOWN_PACE = 2_000.0
_SHORTEST = dt.timedelta(seconds=2)
# jobs that are looked back at, and how much larger or smaller one may be to say something of another
_HISTORY, _ALIKE = 200, 4
_MOST_PLACES = 1_000
# of advisory locks: any number that nothing else here uses
_LOCK = 0x506C616E
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class Run(NamedTuple):
    """An import of before."""

    office_id: UUID
    records: int
    seconds: float


@dataclass
class Pace:
    """How fast imports went, the newest first."""

    runs: Sequence[Run]

    def time_for(self, office_id: UUID, records: int) -> dt.timedelta:
        """Of the office's own runs of about this size, else of its runs, else of everybody's likewise."""
        own = [run for run in self.runs if run.office_id == office_id]
        chosen = _alike(own, records) or own or _alike(self.runs, records) or self.runs
        pace = median(run.records / run.seconds for run in chosen) if chosen else _UNKNOWN_PACE
        return max(_SHORTEST, dt.timedelta(seconds=records / pace))


def _alike(runs: Sequence[Run], records: int) -> list[Run]:
    return [run for run in runs if records / _ALIKE <= run.records <= records * _ALIKE]


def read_pace() -> Pace:
    """Of the newest imports that came to their end. One query."""
    jobs = MigrationJob.objects.filter(
        status__in=SUCCESSFUL, records_total__gt=0, started_at__isnull=False
    ).order_by("-finished_at")
    rows = jobs.values_list("office_id", "records_total", "started_at", "finished_at")[:_HISTORY]
    return Pace(
        [
            Run(office, records, max(0.1, (end - start).total_seconds()))
            for office, records, start, end in rows
            if end is not None and start is not None
        ]
    )


def time_left(job: MigrationJob, now: dt.datetime) -> dt.timedelta | None:
    """Of a running import, by its own pace so far; None as long as that is not known."""
    if job.started_at is None or not job.records_done or now <= job.started_at:
        return None
    return (now - job.started_at) / job.records_done * (job.records_total - job.records_done)


@transaction.atomic
def refresh() -> None:
    """Write the place of every queued job whose turn can be foretold; the others have none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (is_ours,) = cursor.fetchone()
    # whoever holds the lock writes what we would
    if is_ours:
        _write(_places() if not QueuePause.objects.exists() else [])


def _write(places: list[Place]) -> None:
    Place.objects.exclude(pk__in=[place.pk for place in places]).delete()
    Place.objects.bulk_create(
        sorted(places, key=lambda place: str(place.pk)),
        update_conflicts=True,
        unique_fields=["job"],
        update_fields=["position", "expected_start", "expected_end"],
    )


def _places() -> list[Place]:
    jobs = MigrationJob.objects.filter(
        status__in=(*HELD, Status.PAUSED, Status.QUEUED), office__is_active=True
    )
    if not jobs.filter(status=Status.QUEUED).exists():
        return []
    turns = MigrationJob.objects.values_list("office").annotate(at=Max("claimed_at")).order_by()
    game = _Game(queue.read_clock(), read_pace(), {office: at for office, at in turns if at})
    ordered = jobs.select_related("office").prefetch_related("office__opening_hours").order_by("created_at")
    for job in ordered[:_MOST_PLACES]:
        game.seat(job)
    return game.play()


@dataclass
class _Game:
    """Offices take turns at the workers, as queue.due has it; a job runs alone in its office."""

    now: dt.datetime
    pace: Pace
    turns: dict[UUID, dt.datetime]
    workers: list[dt.datetime] = field(default_factory=list)
    free_from: dict[UUID, dt.datetime] = field(default_factory=dict)
    waiting: dict[UUID, deque[MigrationJob]] = field(default_factory=dict)
    stuck: set[UUID] = field(default_factory=set)

    def seat(self, job: MigrationJob) -> None:
        """Jobs in the order in which they were made."""
        office = job.office_id
        if job.status == Status.PAUSED:
            self.stuck.add(office)  # what comes after it waits for somebody
        elif job.status in HELD:
            self.free_from[office] = self.now + self._left(job)
            self.workers.append(self.free_from[office])
        elif office not in self.stuck:
            self.waiting.setdefault(office, deque()).append(job)

    def _left(self, job: MigrationJob) -> dt.timedelta:
        left = time_left(job, self.now)
        return self.pace.time_for(job.office_id, job.records_total) if left is None else left

    def play(self) -> list[Place]:
        self.workers += [self.now] * (settings.IMPORT_WORKERS - len(self.workers))
        heapq.heapify(self.workers)
        places: list[Place] = []
        while self.waiting:
            free = heapq.heappop(self.workers)
            office, start = self._next(free)
            job = self.waiting[office].popleft()
            end = start + self.pace.time_for(office, job.records_total - job.records_done)
            places.append(Place(job=job, expected_start=start, expected_end=end))
            self.free_from[office] = end
            self.turns[office] = start
            heapq.heappush(self.workers, end)
            if not self.waiting[office]:
                del self.waiting[office]
        places.sort(key=lambda place: place.expected_start)
        for position, place in enumerate(places, 1):
            place.position = position
        return places

    def _next(self, free: dt.datetime) -> tuple[UUID, dt.datetime]:
        """The office whose turn it is once a worker is free, and the moment."""
        ready = {office: self._ready(jobs[0], free) for office, jobs in self.waiting.items()}
        earliest = min(ready.values())
        able = [office for office, moment in ready.items() if moment <= max(free, earliest)]

        def turn(office: UUID) -> tuple[bool, dt.datetime, dt.datetime]:
            job = self.waiting[office][0]
            return not job.hours_waived, self.turns.get(office, _NEVER), job.created_at

        chosen = min(able, key=turn)
        return chosen, ready[chosen]

    def _ready(self, job: MigrationJob, free: dt.datetime) -> dt.datetime:
        moment = max(free, self.now, self.free_from.get(job.office_id, self.now), job.start_after or self.now)
        if job.hours_waived or job.started_at is not None:
            return moment
        return hours.next_start(hours.week_of(job.office), moment, is_holiday=is_public_holiday)
