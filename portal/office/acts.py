"""What the people of an office do to their office."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction

from portal.office import audit
from portal.office.hours import DEFAULT_WEEK, Week, week_of
from portal.office.models import Office, OpeningHours, Tax, User


@transaction.atomic
def change_office(*, office: Office, data: Mapping[str, audit.Fact], week: Week, by: User) -> None:
    """Set the fields of `data` and replace the kantoortijden by `week`; the trace holds what changed.

    `data` holds fields of Office by name. Nothing changed is no trace.
    """
    Office.objects.select_for_update(no_key=True).get(pk=office.pk)
    office.refresh_from_db()
    changed = {name: value for name, value in data.items() if getattr(office, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(office, name, value)
        office.save(update_fields=changed)
        audit.record("office.changed", office=office, by=by, target=office, **changed)
    if week_of(office) != week:
        _replace_hours(office, week)
        audit.record("office.opening_hours_set", office=office, by=by, target=office, open_days=len(week))


def give_default_hours(office: Office) -> None:
    """The kantoortijden that an office begins with, when it has none of its own."""
    if not office.opening_hours.exists():
        _replace_hours(office, DEFAULT_WEEK)


def _replace_hours(office: Office, week: Week) -> None:
    office.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(office=office, weekday=weekday, opens_at=opens, closes_at=closes)
        for weekday, (opens, closes) in week.items()
    )


@transaction.atomic
def set_taxes(*, office: Office, taxes: Collection[str], by: User) -> None:
    """Say with which taxes the office works; the same ones again leave no trace."""
    chosen = [tax.value for tax in Tax if tax in taxes]
    if Office.objects.filter(pk=office.pk).exclude(taxes=chosen).update(taxes=chosen):
        audit.record("office.products_set", office=office, by=by, target=office, taxes=", ".join(chosen))
