"""Schema and demo data, once."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from portal.demo.files import make_files
from portal.demo.people import MARK, make_people
from portal.office.models import AuditEvent


class Command(BaseCommand):
    help = "Maakt het schema en de demogegevens; een tweede keer verandert niets."

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or _is_ours()):
            raise CommandError(
                "Deze database is niet door setup_demo gemaakt. "
                "Zet PORTAL_DEMO=1 om hier demogegevens te maken."
            )
        call_command("migrate", verbosity=0, interactive=False)
        if _is_ours():
            return
        make_files(settings.DATA_DIR / "demo", settings.DATA_DIR / "demo" / "trust")
        with transaction.atomic():
            make_people()


def _is_ours() -> bool:
    """Whether an earlier setup_demo made the demo in this database."""
    if AuditEvent._meta.db_table not in connection.introspection.table_names():
        return False
    return AuditEvent.objects.filter(act=MARK).exists()
