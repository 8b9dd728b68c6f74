"""Jobs in whatever state, for tests of what may be done to them."""

from __future__ import annotations

from django.utils import timezone

from migrations_app import queue
from migrations_app.models import MigrationJob

# what a job is after each of the administrators' acts
DONE = {
    "pause": "paused",
    "resume": "queued",
    "start_now": "queued",
    "retry": "queued",
    "cancel": "cancelled",
}


def put(job: MigrationJob, status: str) -> MigrationJob:
    """The job in another state, with what that state needs."""
    now = timezone.now()
    values: dict[str, object] = {"status": status, "lease_expires_at": None, "finished_at": None}
    values |= {"refusal_code": ""}
    if status in {"running", "undoing"}:
        values |= {"lease_expires_at": now + queue.LEASE, "worker": "elders:1", "fence": 1, "started_at": now}
    if status in {"completed", "completed_with_warnings", "failed", "refused", "cancelled", "undone"}:
        values |= {"finished_at": now}
    if status == "refused":
        values |= {"refusal_code": "truncated"}
    if status.startswith("completed"):
        values |= {"records_done": job.records_total}
    MigrationJob.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job
