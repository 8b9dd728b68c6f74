"""The first Nextens administrator, by one-time link: nobody ever types or sees the password."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from portal.office import audit
from portal.office.models import User
from portal.office.passwords import password_link


class Command(BaseCommand):
    help = "Maakt een Nextens-beheerder en toont een eenmalige link om een wachtwoord in te stellen."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        try:
            validate_email(email)
        except ValidationError as exc:
            raise CommandError(f"{email} is geen e-mailadres.") from exc
        print(password_link(_administrator(email)), file=self.stdout)


@transaction.atomic
def _administrator(email: str) -> User:
    """The account; an administrator who has never logged in gets a new link, nobody else does."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_superuser(email)
        audit.record("administrator.created", office=None, by=None, target=user)
    elif not user.is_superuser or user.last_login is not None:
        raise CommandError(f"{email} heeft al een account.")
    return user
