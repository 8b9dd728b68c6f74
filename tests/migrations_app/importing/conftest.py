"""An office, and the way from a file's bytes to an imported job."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from migrations_app import accepting
from migrations_app.importing import running
from migrations_app.models import ImportType, MigrationJob, PartKind
from portal.dossiers.models import MessageStatus
from tests.factories import MembershipFactory
from tests.migrations_app.files import OFFICE


@pytest.fixture
def people(db):
    """A kantoorbeheerder; her office accepts the files of `tests.migrations_app.files`."""
    return MembershipFactory(office__trade_register_number=OFFICE, role="administrator")


@pytest.fixture
def queued(people):
    """Accept a file as an upload does: sealed, checked, queued."""

    def accept(data: bytes, *, kinds=tuple(PartKind), message_status=MessageStatus.UNOPENED) -> MigrationJob:
        job = accepting.receive(
            office=people.office,
            by=people.user,
            upload=ContentFile(data, name="15102021135603.zip"),
            import_type=ImportType.COMBINED,
            selected_kinds=list(kinds),
            message_status=message_status,
        )
        accepting.check(job.pk)
        job.refresh_from_db()
        assert job.status == "queued", (job.status, job.refusal_code, job.reason)
        return job

    return accept


@pytest.fixture
def imported(queued):
    """Accept a file and import it at once."""

    def go(data: bytes, **choices) -> MigrationJob:
        job = queued(data, **choices)
        running.run(job.pk, at_once=True)
        job.refresh_from_db()
        return job

    return go


@pytest.fixture
def outcomes():
    """What a job came to: `{"clients": {"created": 1}, "returns": {"rejected unknown-client": 2}}`."""

    def of(job: MigrationJob) -> dict[str, dict[str, int]]:
        result: dict[str, dict[str, int]] = {}
        for part in job.parts.prefetch_related("tallies"):
            counts = result.setdefault(part.kind, {})
            for tally in part.tallies.all():
                name = f"{tally.outcome} {tally.code}".strip()
                counts[name] = counts.get(name, 0) + tally.count
        return result

    return of
