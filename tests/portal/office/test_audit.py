"""Traces that nobody can change."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.office import audit
from portal.office.models import AuditEvent


@pytest.fixture
def event(office, administrator):
    return audit.record("office.tested", office=office, by=administrator, target=office, count=3)


def test_says_what_was_done_to_what(event, office):
    assert (event.target_type, event.target_id, event.facts) == ("office.office", office.pk, {"count": 3})


def test_update_is_refused(event):
    with pytest.raises(IntegrityError, match="append-only"):
        AuditEvent.objects.update(act="office.other")


def test_delete_is_refused(event):
    with pytest.raises(IntegrityError, match="append-only"):
        event.delete()


def test_emptying_is_refused(db):
    with connection.cursor() as cursor:
        # off in tests, some of which empty every table
        cursor.execute("ALTER TABLE office_auditevent ENABLE TRIGGER office_auditevent_not_emptied")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE office_auditevent")
