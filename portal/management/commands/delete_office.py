"""Deletes a whole office, which nothing else can; it leaves a trace of its own."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.deletion import MigrationsRunning, delete_office, is_allowed
from portal.office.models import Office
from portal.run import owner


class Command(BaseCommand):
    help = "Verwijdert een kantoor met alles wat erbij hoort: gebruikers, klanten, bestanden, logboek."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="KVK")

    def handle(self, *args: Any, **options: Any) -> None:
        with owner.connected():
            if not is_allowed():
                raise CommandError(
                    "De rol van DATABASE_URL mag geen logboek verwijderen: "
                    "deze opdracht heeft DATABASE_OWNER_URL nodig."
                )
            self._delete(options["number"])

    def _delete(self, number: str) -> None:
        office = Office.objects.filter(trade_register_number=number).first()
        if office is None:
            raise CommandError("Er is geen kantoor met dit KvK-nummer.")
        print(f"{office.name} wordt verwijderd, met alles wat erbij hoort. Dat is niet terug te draaien.")
        if input("Typ het KvK-nummer nogmaals: ").strip() != office.trade_register_number:
            raise CommandError("De nummers zijn niet gelijk. Er is niets verwijderd.")
        try:
            rows = delete_office(office)
        except MigrationsRunning as exc:
            raise CommandError("Er loopt een migratie van dit kantoor. Er is niets verwijderd.") from exc
        print(f"Verwijderd: {office.name}, {rows} rijen.")
