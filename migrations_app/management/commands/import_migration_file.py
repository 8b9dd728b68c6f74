"""Check a migration file and import it now, in this process, by the engine of the workers."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from migrations_app import accepting, queue
from migrations_app.importing import running
from migrations_app.models import ImportType, MigrationJob, PartKind, Status
from migrations_app.models.job import SUCCESSFUL
from migrations_app.reporting.kinds import kinds_of_job
from migrations_app.uploads import UploadRefused
from portal.dossiers.models import MessageStatus
from portal.office.models import Office, Role, User

COMPLETED, REFUSED, FAILED = 0, 1, 2
_LOOK_SECONDS = 0.2
# what the upload form says at its field, the contract says of the file
_FILE_CODES = {"no_zip": "not-a-zip", "empty": "not-a-zip", "too_large": "too-large"}


class Command(BaseCommand):
    help = (
        "Controleert een migratiebestand en importeert het meteen; kantoortijden en certificaat tellen niet."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--office", required=True, help="KvK-nummer van het kantoor")
        parser.add_argument("--type", choices=ImportType.values, default=ImportType.COMBINED)
        parser.add_argument("--parts", default=",".join(accepting.TICKED_KINDS))
        parser.add_argument("--status", choices=MessageStatus.values, default=MessageStatus.UNOPENED)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, file: Path, office: str, json: bool, **options: Any) -> None:
        result = import_now(file, office, **options)
        self.stdout.write(_as_json(result) if json else _as_text(result))
        sys.exit(_exit_code(result))


def import_now(file: Path, office: str, *, type: str, parts: str, status: str, **_: Any) -> dict[str, Any]:
    """The result as interfaces name it. `seconds` and `peak_rss_mb` are of the import without the check."""
    owner = Office.objects.filter(trade_register_number=office).first()
    if owner is None:
        raise CommandError(f"Er is geen kantoor met KvK-nummer {office}.")
    try:
        with file.open("rb") as upload:
            job = accepting.receive(
                office=owner,
                by=_someone_of(owner),
                upload=File(upload, name=file.name),
                import_type=ImportType(type),
                selected_kinds=_kinds(parts),
                message_status=MessageStatus(status),
                wake=False,
            )
    except OSError as error:
        raise CommandError(f"Het bestand is niet te lezen: {error.strerror}.") from error
    except UploadRefused as refused:
        return _result(Status.REFUSED, refusal=_FILE_CODES[refused.code])
    accepting.check(job.pk)
    return _import(job)


def _import(job: MigrationJob) -> dict[str, Any]:
    peak = Peak()
    began = time.perf_counter()
    running.run(job.pk, at_once=True)
    _await_other(job)
    seconds = time.perf_counter() - began
    kinds = kinds_of_job(job)
    return _result(job.status, refusal=job.refusal_code, seconds=seconds, peak=peak.mb(), kinds=kinds)


def _await_other(job: MigrationJob) -> None:
    """Until the job is done, when a worker of the portal was quicker to take it and lives."""
    job.refresh_from_db()
    while job.lease_expires_at is not None and job.lease_expires_at > queue.read_clock():
        time.sleep(_LOOK_SECONDS)
        job.refresh_from_db()


def _result(
    state: str, *, refusal: str, seconds: float = 0, peak: float = 0, kinds: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {
        "state": state,
        "refused": refusal or None,
        "seconds": round(seconds, 3),
        "peak_rss_mb": peak,
        "kinds": kinds or {},
    }


def _someone_of(office: Office) -> User:
    """In whose name: a kantoorbeheerder's, who is told how it ended."""
    user = User.objects.filter(
        membership__office=office, membership__role=Role.ADMINISTRATOR, is_active=True
    ).first()
    if user is None:
        raise CommandError("Dit kantoor heeft geen kantoorbeheerder.")
    return user


def _kinds(parts: str) -> list[PartKind]:
    named = [part for part in parts.split(",") if part]
    unknown = set(named) - set(accepting.TICKED_KINDS)
    if unknown:
        raise CommandError(f"Onbekend onderdeel: {', '.join(sorted(unknown))}.")
    return [PartKind(part) for part in named]


class Peak:
    """The highest resident memory of this process from now on (from its start where it cannot be reset)."""

    def __init__(self) -> None:
        try:
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            return  # not Linux, or not allowed: the figure is then an upper bound

    def mb(self) -> float:
        try:
            lines = Path("/proc/self/status").read_text().splitlines()
        except OSError:
            import resource

            return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2, 1)
        kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
        return round(kilobytes / 1024, 1)


def _as_json(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _as_text(result: dict[str, Any]) -> str:
    lines = [f"{Status(result['state']).label} {result['refused'] or ''}".strip()]
    for kind, numbers in result["kinds"].items():
        done = ", ".join(f"{name} {number}" for name, number in numbers.items())
        lines.append(f"{PartKind(kind).label}: {done}")
    return "\n".join(lines)


def _exit_code(result: dict[str, Any]) -> int:
    if result["state"] in SUCCESSFUL:
        return COMPLETED
    return REFUSED if result["state"] == Status.REFUSED else FAILED
