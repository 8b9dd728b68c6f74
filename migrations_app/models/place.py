"""Where a queued migration stands, and when its turn is expected."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from migrations_app.models.job import MigrationJob


class Place(models.Model):
    """Written by the scheduler and the check, only read by pages. `position` counts from 1 over all offices.

    Beside the job and not in it: a worker that imports may hold the job's row for as long as a batch takes.
    """

    job = models.OneToOneField(MigrationJob, on_delete=models.CASCADE, primary_key=True, related_name="place")
    position = models.PositiveIntegerField()
    expected_start = models.DateTimeField()
    expected_end = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="place_ends_after_it_starts", condition=Q(expected_end__gte=F("expected_start"))
            ),
            models.CheckConstraint(name="place_counts_from_1", condition=Q(position__gte=1)),
        )

    def __str__(self) -> str:
        return str(self.position)
