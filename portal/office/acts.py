"""What the people of an office do to their office."""

from __future__ import annotations

from django.db import transaction

from portal.office import audit
from portal.office.hours import Week
from portal.office.models import Office, OpeningHours, User


@transaction.atomic
def set_opening_hours(*, office: Office, week: Week, by: User) -> None:
    """Replace the office's kantoortijden; a weekday that is not in `week` is closed all day."""
    office.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(office=office, weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday, (opens, closes) in week.items()
    )
    audit.record("office.opening_hours_set", office=office, by=by, target=office, open_days=len(week))
