"""What an upload of a certificate file would say, without keeping anything."""

from __future__ import annotations

import getpass
import json
import os
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from certificates import messages, services
from certificates.checking import CheckedCertificate, check_file
from certificates.problems import CertificateProblem

_NOTHING = dict.fromkeys(
    (
        "subject",
        "issuer",
        "serial_number",
        "not_valid_before",
        "not_valid_after",
        "trade_register_number",
        "oin",
    )
)


class Command(BaseCommand):
    help = "Controleert een .pfx- of .p12-bestand zonder iets te bewaren."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--password-env", metavar="VAR", help="omgevingsvariabele met het wachtwoord")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            checked = _check(file, _password(options["password_env"]))
            answer = _accepted(checked)
        except CertificateProblem as problem:
            answer = _refused(problem)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        self.stdout.write(json.dumps(answer, ensure_ascii=False) if options["json"] else _lines(answer))
        if not answer["accepted"]:
            sys.exit(1)


def _check(file: Path, password: str) -> CheckedCertificate:
    # the size is known before the file is read
    check_file(file.name, file.stat().st_size)
    return services.check(file.read_bytes(), file_name=file.name, password=password)


def _password(variable: str | None) -> str:
    if variable is None:
        return getpass.getpass("Wachtwoord van het certificaat: ") if sys.stdin.isatty() else ""
    if variable not in os.environ:
        raise CommandError(f"De omgevingsvariabele {variable} bestaat niet.")
    return os.environ[variable]


def _accepted(checked: CheckedCertificate) -> dict[str, Any]:
    return {
        "accepted": True,
        "code": "accepted",
        "message": str(messages.ACCEPTED),
        "warnings": list(checked.warnings),
        "subject": checked.subject,
        "issuer": checked.issuer,
        "serial_number": checked.serial_number,
        "not_valid_before": checked.not_valid_before.isoformat(),
        "not_valid_after": checked.not_valid_after.isoformat(),
        "trade_register_number": checked.trade_register_number,
        "oin": checked.oin,
    }


def _refused(problem: CertificateProblem) -> dict[str, Any]:
    message = messages.refusal(problem)
    return {"accepted": False, "code": problem.code, "message": message, "warnings": [], **_NOTHING}


def _lines(answer: dict[str, Any]) -> str:
    shown = [answer["message"]]
    for code in answer["warnings"]:
        shown.append(messages.caution(code, moment=datetime.fromisoformat(answer["not_valid_after"])))
    names = ("subject", "issuer", "serial_number", "not_valid_after", "trade_register_number", "oin")
    return "\n".join([*shown, *(f"{name}: {answer[name]}" for name in names if answer[name])])
