"""A case as the support desk has it: an office calls about a migration that failed."""

import re

import pytest

from migrations_app import queue
from migrations_app.importing import finishing, running
from migrations_app.models import Status
from portal.office.models import AuditEvent, OutgoingMail
from tests.migrations_app.conftest import checked, received, stored  # noqa: F401 - fixtures
from tests.people import logged_in


@pytest.fixture
def failed(checked):  # noqa: F811 - the fixture above
    """A job whose import broke on our side, as often as it was tried."""
    job = checked()
    fence = queue.claim(job.pk, at_once=True)
    finishing.fail(job.pk, fence, code="internal")
    job.refresh_from_db()
    return job


def test_failed_found_read_retried_and_told(failed, office, administrator, nextens_administrator):
    desk = logged_in(nextens_administrator)
    # found: by what the office has in its mail, and in the list of what failed
    for query in ({"q": failed.reference}, {"q": office.trade_register_number}, {"status__exact": "failed"}):
        found = desk.get("/admin/migrations_app/migrationjob/", query).content.decode()
        assert failed.reference in found
    at = re.search(rf'href="(/admin/migrations_app/migrationjob/{failed.pk}/change/)[^"]*"', found)[1]
    # read: why, how often it was tried, and what happened when
    page = desk.get(at).content.decode()
    assert "Er ging bij Nextens iets mis." in page
    assert "Migratie niet gelukt" in page
    retry = re.search(r'href="([^"]+)">Opnieuw proberen<', page)[1]
    # retried: asked first, and only then done
    assert "Opnieuw proberen" in desk.get(retry).content.decode()
    desk.post(retry)
    failed.refresh_from_db()
    assert failed.status == Status.QUEUED
    OutgoingMail.objects.all().delete()
    running.run(failed.pk, at_once=True)
    # told: by mail what came of it, in the logbook who looked and what was done
    kinds = set(OutgoingMail.objects.values_list("kind", flat=True))
    assert kinds == {"migration_completed_with_warnings"}
    recipients = set(OutgoingMail.objects.values_list("recipient", flat=True))
    assert administrator.email in recipients
    acts = set(
        AuditEvent.objects.filter(office=office, actor=nextens_administrator).values_list("act", flat=True)
    )
    assert acts == {"support.looked", "migration.retried"}
    logbook = logged_in(administrator).get("/instellingen/logboek/").content.decode()
    assert "Bekeken door Nextens" in logbook
    assert "Migratie opnieuw in de wachtrij geplaatst" in logbook
