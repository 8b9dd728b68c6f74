"""Writes a valid migration file with synthetic data."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from migrations_app.migration_file import Preset, write_preset, write_synthetic
from migrations_app.migration_file.synthetic import DEMO_NUMBER


class Command(BaseCommand):
    help = "Maakt een geldig migratiebestand met verzonnen gegevens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path)
        parser.add_argument("--office", default=DEMO_NUMBER, help="KvK-nummer van het kantoor")
        parser.add_argument("--preset", choices=[preset.value for preset in Preset])
        for name, number in (("clients", 1_000), ("returns", 5_000), ("messages", 500), ("seed", 1)):
            parser.add_argument(f"--{name}", type=int, default=number, metavar="N")

    def handle(self, *, out: Path, office: str, preset: str | None, **options: Any) -> None:
        if len(office) != 8 or not office.isdecimal() or not office.isascii():
            raise CommandError("Een KvK-nummer bestaat uit 8 cijfers.")
        numbers = {name: options[name] for name in ("clients", "returns", "messages", "seed")}
        if min(numbers.values()) < 0 or (
            not numbers["clients"] and (numbers["returns"] or numbers["messages"])
        ):
            raise CommandError("Aantallen zijn niet negatief, en gegevens horen bij ten minste een klant.")
        try:
            _write(out, office, preset, numbers)
        except OSError as error:
            raise CommandError(f"Het bestand is niet te schrijven: {error.strerror}.") from error


def _write(out: Path, office: str, preset: str | None, numbers: dict[str, int]) -> None:
    draft = out.with_name(f"{out.name}.part")
    try:
        with draft.open("wb") as target:
            if preset:
                write_preset(target, Preset(preset), office_number=office)
            else:
                write_synthetic(
                    target,
                    clients=numbers["clients"],
                    returns=numbers["returns"],
                    messages=numbers["messages"],
                    seed=numbers["seed"],
                    office_number=office,
                )
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
