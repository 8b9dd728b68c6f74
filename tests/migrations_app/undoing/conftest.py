"""The way from an imported job to one that is undone."""

import pytest

from migrations_app import undoing
from migrations_app.models import MigrationJob, UndoTally


@pytest.fixture
def planned(administrator):
    """Have the list made."""

    def plan(job: MigrationJob) -> MigrationJob:
        undoing.ask(job, by=administrator)
        undoing.plan(job.pk)
        job.undo.refresh_from_db()
        return job

    return plan


@pytest.fixture
def approved(planned, administrator):
    """Have the list made and approve it."""

    def approve(job: MigrationJob) -> MigrationJob:
        assert undoing.approve(planned(job), by=administrator)
        return job

    return approve


@pytest.fixture
def undone(approved):
    """Undo a job."""

    def undo(job: MigrationJob) -> MigrationJob:
        undoing.run(approved(job).pk)
        job.refresh_from_db()
        job.undo.refresh_from_db()
        assert job.status == "undone"
        return job

    return undo


@pytest.fixture
def tallies():
    """`{("client", "remove", ""): 2}` as the list said, or as it went; links are the portal's own."""

    def of(job: MigrationJob, *, is_plan: bool = False) -> dict[tuple[str, str, str], int]:
        rows = UndoTally.objects.filter(undo=job.undo, is_plan=is_plan).exclude(kind="clientsource")
        return {(row.kind, row.action, row.reason): row.count for row in rows}

    return of
