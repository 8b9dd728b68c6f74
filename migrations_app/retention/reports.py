"""Reports are kept for seven years, as what an office must be able to show."""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from migrations_app.models import MigrationJob
from migrations_app.models.job import FINAL

YEARS = 7
# of these a report may have millions; Django would read each before it deletes it
_LARGE = ("migrations_app_ledgerentry", "migrations_app_tally", "migrations_app_controltotal")


def forget_reports() -> int:
    """Delete migrations that ended before the last seven whole years, with their report; how many."""
    first = timezone.localtime().replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    old = MigrationJob.objects.filter(
        status__in=FINAL, storage_name="", finished_at__lt=first.replace(year=first.year - YEARS)
    )
    return sum(_forget(job) for job in old)


@transaction.atomic
def _forget(job: MigrationJob) -> bool:
    with connection.cursor() as cursor:
        for table in _LARGE:
            cursor.execute(
                f"DELETE FROM {table} WHERE part_id IN "  # noqa: S608 - names of our own
                "(SELECT id FROM migrations_app_part WHERE job_id = %s)",
                [job.pk],
            )
        cursor.execute(
            "DELETE FROM migrations_app_undoentry WHERE undo_id IN "
            "(SELECT id FROM migrations_app_undo WHERE job_id = %s)",
            [job.pk],
        )
    job.delete()
    return True
