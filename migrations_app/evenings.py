"""Jobs that wait for the evening follow their office's kantoortijden, which may change while they wait."""

from __future__ import annotations

from migrations_app import queue
from migrations_app.models import MigrationJob, Status
from portal.office.models import Office


def follow() -> None:
    """Put the start of each such job where the kantoortijden of now have it: earlier, later, or at once.

    The day that was promised stays. A job that has begun or is started now does not mind the hours.
    """
    now = queue.read_clock()
    waiting = MigrationJob.objects.filter(
        status=Status.QUEUED, started_at=None, hours_waived=False, start_after__gt=now
    )
    starts = waiting.order_by().values_list("office", "start_after").distinct()
    offices = Office.objects.filter(pk__in=waiting.values("office")).prefetch_related("opening_hours")
    found = {office.pk: queue.start_after(office, now) for office in offices}
    for office_id, start in starts:
        # an office whose first file came in meanwhile is for the next time
        begin = found.get(office_id, start)
        if begin != start:
            waiting.filter(office=office_id, start_after=start).update(start_after=begin)
