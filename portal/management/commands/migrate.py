"""Django's own, as the owner of the database where one is named; then the application gets its rights."""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db import DEFAULT_DB_ALIAS

from portal.run import grants, owner


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with owner.connected() as is_owner:
            changes = not (options["plan"] or options["check_unapplied"])
            grants_follow = is_owner and changes and options["database"] == DEFAULT_DB_ALIAS
            if grants_follow:
                grants.require_role()
            super().handle(*args, **options)
            if grants_follow:
                grants.give()
