"""The report as a tagged PDF (PDF/UA-1), made in a process of its own, which gives its memory back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from django.core.files.storage import default_storage
from django.utils import timezone

from migrations_app.models import MigrationJob
from migrations_app.reporting.document import content
from migrations_app.reporting.lines import Choice, Lines
from migrations_app.reporting.numbers import report_of
from portal.office.models import Office, OfficeLogo

# a volume of so many lines takes 0.3 GB and a second
VOLUME = 2000
_SECONDS = 60
_TEMPLATE = Path(__file__).with_name("report.typ")
_COMPILE = """
import pathlib, sys, typst
made = typst.compile(
    pathlib.Path(sys.argv[1]).read_bytes(),
    sys_inputs={"data": sys.stdin.read()},
    pdf_standards=["ua-1"],
    ignore_system_fonts=True,
)
sys.stdout.buffer.write(made)
"""


class NoSuchVolume(Exception):
    """The report has fewer volumes, or none has this number."""

    code = "no-such-volume"


class PdfFailed(Exception):
    """The PDF could not be made; the message says no word of its content."""

    code = "pdf-failed"


def volumes_of(count: int) -> int:
    """In how many volumes a report of `count` lines comes."""
    return max(1, -(-count // VOLUME))


def pdf_of(job: MigrationJob, office: Office, *, volume: int = 1) -> bytes:
    """One volume of the report: the first has all the numbers, each has VOLUME lines. Raises NoSuchVolume."""
    report = report_of(job)
    lines = Lines(job, report, Choice())
    volumes = volumes_of(lines.total)
    if not 1 <= volume <= volumes:
        raise NoSuchVolume(str(volume))
    start = (volume - 1) * VOLUME
    told = lines[start : min(start + VOLUME, lines.total)] if lines.total else []
    data = content(job, office, report, told, volume=volume, volumes=volumes, now=timezone.now())
    return _compiled({**data, "logo": _logo(office)})


def _logo(office: Office) -> list[int]:
    logo: OfficeLogo | None = getattr(office, "logo", None)
    if logo is None:
        return []
    with default_storage.open(logo.storage_name) as file:
        return [*file.read()]


def _compiled(data: dict[str, object]) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and program
            [sys.executable, "-I", "-c", _COMPILE, str(_TEMPLATE)],
            input=json.dumps(data).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        # what the process said may quote the report
        raise PdfFailed(type(error).__name__) from None
    return done.stdout
