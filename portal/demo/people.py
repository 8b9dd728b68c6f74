"""The demo's offices and accounts."""

from __future__ import annotations

import datetime as dt

from portal.demo.accounts import PASSWORD
from portal.office import audit
from portal.office.models import Membership, Office, OpeningHours, Role, User
from portal.office.models.office import Weekday

MARK = "demo.created"


def make_people() -> None:
    """Offices and accounts of the demo, once; in the caller's transaction."""
    demo = Office.objects.create(
        name="Nextens Demo", trade_register_number="12345678", tax_consultant_number="234564"
    )
    neighbour = Office.objects.create(name="Ander Kantoor", trade_register_number="87654321")
    OpeningHours.objects.bulk_create(
        OpeningHours(office=neighbour, weekday=day, opens_at=dt.time(8), closes_at=dt.time(18))
        for day in list(Weekday)[:5]
    )
    _join(demo, "beheerder@demo.example", "Joke de Vries", Role.ADMINISTRATOR)
    _join(demo, "medewerker@demo.example", "Sam Bakker", Role.STAFF_MEMBER)
    _join(neighbour, "buur@ander.example", "Noor Visser", Role.ADMINISTRATOR)
    User.objects.create_superuser("admin@nextens.example", PASSWORD, name="Nextens Beheer")
    audit.record(MARK, office=demo, by=None)


def _join(office: Office, email: str, name: str, role: Role) -> None:
    user = User.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(user=user, office=office, role=role)
