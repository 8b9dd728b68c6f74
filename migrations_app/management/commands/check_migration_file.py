"""The check of a migration file alone: what an upload would say. Writes nothing."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from migrations_app.accepting.knowing import known_clients
from migrations_app.migration_file import CheckReport, PartReport, check_file, dutch
from migrations_app.uploads import file_limits
from portal.office.models import Office

ACCEPTED, REFUSED = 0, 1


class Command(BaseCommand):
    help = "Controleert een migratiebestand zonder iets te wijzigen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--office", help="KvK-nummer van het kantoor; zonder is elk nummer goed")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path, office: str | None, json: bool, **options: Any) -> None:
        report = check(file, office)
        self.stdout.write(_as_json(report, file) if json else _as_text(report, file))
        sys.exit(ACCEPTED if report.accepted else REFUSED)


def check(file: Path, number: str | None) -> CheckReport:
    """With a number: against that office's numbers and clients, when the portal has the office."""
    owner = _office(number) if number else None
    numbers = owner.accepted_numbers() if owner else {number} if number else None
    known = known_clients(owner.pk) if owner else None
    try:
        with file.open("rb") as source:
            return check_file(source, accepted_numbers=numbers, limits=file_limits(), known_client=known)
    except OSError as error:
        raise CommandError(f"Het bestand is niet te lezen: {error.strerror}.") from error


def _office(number: str) -> Office | None:
    try:
        return Office.objects.filter(trade_register_number=number).first()
    except ProgrammingError:
        return None  # a portal that was never started has no tables yet


def _message(report: CheckReport, file: Path) -> str:
    if report.code is None:
        return "Het migratiebestand is in orde."
    said = dutch.refusal_sentence(report.code, name=file.name)
    return f"{said} {dutch.refusal_remedy(report.code)}"


def _as_json(report: CheckReport, file: Path) -> str:
    found = {
        "accepted": report.accepted,
        "code": report.code,
        "message": _message(report, file),
        "parts": [_part(part) for part in report.parts],
    }
    return json.dumps(found, ensure_ascii=False)


def _part(part: PartReport) -> dict[str, Any]:
    return {
        "path": part.path,
        "kind": part.kind,
        "source": str(part.source),
        "product": part.product,
        "product_year": part.product_year,
        "announced": part.announced,
        "good": part.good,
        "skipped": dict(part.skipped),
        "rejected": dict(part.rejected),
        "warnings": dict(part.warnings),
        "years": {
            str(year or ""): {"good": found.good, "skipped": found.skipped, "rejected": found.rejected}
            for year, found in part.years.items()
        },
    }


def _as_text(report: CheckReport, file: Path) -> str:
    lines = [_message(report, file)]
    if report.code is not None:
        place = f" ({report.path})" if report.path else ""
        lines.append(f"{report.code}{place}: {report.detail}")
    for part in report.parts:
        refused = part.skipped + part.rejected
        codes = "".join(f", {code} {number}" for code, number in sorted(refused.items()))
        lines.append(f"{part.path}: {part.good} van {part.announced} in orde{codes}")
    for found in report.problems[:20]:
        problem = found.problem
        said = dutch.problem_sentence(problem.code, problem.field, problem.expectation)
        lines.append(f"{found.path}, regel {problem.line}: {said}")
    if report.problem_count > 20:
        lines.append(f"… en nog {report.problem_count - 20}.")
    return "\n".join(lines)
