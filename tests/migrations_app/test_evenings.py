"""Jobs that wait for the evening: their office's kantoortijden change while they wait."""

import datetime as dt

import pytest
from django.utils import timezone

from migrations_app import evenings, queue, tasks
from migrations_app.models import ImportType, MigrationJob, Status
from portal.office.hours import AMSTERDAM
from portal.office.models import OpeningHours
from tests.factories import OfficeFactory
from tests.migrations_app.conftest import checked, received, stored  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
# a Monday
NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=AMSTERDAM)
EVENING = NOON.replace(hour=18)


@pytest.fixture
def hours(staff_member, monkeypatch):
    """Of the office, this Monday at noon: from eight to six."""
    monkeypatch.setattr(queue, "read_clock", lambda: NOON)
    return OpeningHours.objects.create(
        office=staff_member.membership.office, weekday=0, opens_at=dt.time(8), closes_at=dt.time(18)
    )


@pytest.fixture
def start(staff_member, hours):
    """When a job begins that was to begin in the evening, after the sweep looked at it."""

    def start(**values):
        job = MigrationJob.objects.create(
            **{
                "office": hours.office,
                "created_by": staff_member,
                "reference": "MIG-2026-0001",
                "status": Status.QUEUED,
                "import_type": ImportType.COMBINED,
                "storage_name": "x",
                "wrapped_key": b"x",
                "sha256": "0" * 64,
                "checked_at": NOON,
                "start_after": EVENING,
                "promised_day": NOON.date(),
                **values,
            }
        )
        evenings.follow()
        job.refresh_from_db()
        return job.start_after

    return start


def close_at(hours, hour):
    OpeningHours.objects.filter(pk=hours.pk).update(closes_at=dt.time(hour))


def test_the_same_hours_leave_it_where_it_was(start):
    assert start() == EVENING


@pytest.mark.parametrize("hour", [15, 20])
def test_it_follows_an_evening_that_comes_earlier_or_later(start, hours, hour):
    close_at(hours, hour)
    assert start() == NOON.replace(hour=hour)


def test_an_office_that_closes_now_lets_it_begin(start, hours):
    hours.delete()
    assert start() == NOON


@pytest.mark.parametrize(
    "exempt", [{"started_at": NOON}, {"hours_waived": True}, {"status": Status.PAUSED}], ids=str
)
def test_who_does_not_wait_for_the_evening_is_left_alone(start, hours, exempt):
    close_at(hours, 15)
    assert start(**exempt) == EVENING


def test_each_office_has_its_own_evening(start, hours):
    other = OpeningHours.objects.create(
        office=OfficeFactory.create(), weekday=0, opens_at=dt.time(8), closes_at=dt.time(15)
    )
    assert start(office=other.office) == NOON.replace(hour=15)
    assert start(reference="MIG-2026-0002") == EVENING


def test_the_sweep_begins_what_the_evening_let_go(checked, staff_member):  # noqa: F811
    office = staff_member.membership.office
    OpeningHours.objects.bulk_create(
        OpeningHours(office=office, weekday=day, opens_at=dt.time(0), closes_at=dt.time(23, 59))
        for day in range(7)
    )
    MigrationJob.objects.filter(pk=checked().pk).update(start_after=timezone.now() + dt.timedelta(hours=1))
    assert not queue.due().exists()
    office.opening_hours.all().delete()
    tasks.dispatch_due()
    assert queue.due().exists()
