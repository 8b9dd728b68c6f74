"""The mails of a migration: totals and a link, never a name, number or amount."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from migrations_app.migration_file import OutcomeCode
from migrations_app.models import MigrationJob, Outcome, Part, Status, Tally
from portal.office import outbox
from portal.office.models import Membership, Role


@dataclass(frozen=True, slots=True)
class Totals:
    """Records of a job. `remarks` are what asks for attention: warnings, and whatever was not migrated
    though it was chosen.
    """

    announced: int
    migrated: int
    skipped: int
    rejected: int
    warnings: int
    remarks: int


def totals(job: MigrationJob) -> Totals:
    sums = Part.objects.filter(job=job).aggregate(
        **{
            name: Sum(name, default=0)
            for name in ("announced", "created", "updated", "unchanged", "skipped", "rejected")
        }
    )
    noted = Tally.objects.filter(
        part__job=job, outcome__in=(Outcome.SKIPPED, Outcome.REJECTED, Outcome.WARNED)
    ).exclude(code=OutcomeCode.NOT_SELECTED)
    by_outcome = dict(noted.values_list("outcome").annotate(number=Sum("count")).order_by())
    return Totals(
        announced=sums["announced"],
        migrated=sums["created"] + sums["updated"] + sums["unchanged"],
        skipped=sums["skipped"],
        rejected=sums["rejected"],
        warnings=by_outcome.get(Outcome.WARNED, 0),
        remarks=sum(by_outcome.values()),
    )


def tell_queued(job: MigrationJob) -> None:
    """To who started it: the file is in and will be imported."""
    subject = _("Uw migratie staat in de wachtrij ({reference})")
    _queue(job, "migration_queued", [job.created_by.email], subject)


def tell_refused(job: MigrationJob) -> None:
    """To who started it: the file is not accepted and nothing was imported."""
    _queue(
        job, "migration_refused", [job.created_by.email], _("Uw migratiebestand is geweigerd ({reference})")
    )


def tell_end(job: MigrationJob) -> None:
    """To who started it and the kantoorbeheerders: completed, with or without warnings, or failed."""
    numbers = totals(job)
    subjects = {
        Status.COMPLETED: _("Uw migratie is voltooid ({reference})"),
        Status.COMPLETED_WITH_WARNINGS: ngettext(
            "Uw migratie is voltooid met {remarks} waarschuwing ({reference})",
            "Uw migratie is voltooid met {remarks} waarschuwingen ({reference})",
            numbers.remarks,
        ),
        Status.FAILED: _("Uw migratie is niet gelukt ({reference})"),
    }
    status = Status(job.status)
    _queue(job, f"migration_{status}", _everyone(job), subjects[status], numbers)


def _everyone(job: MigrationJob) -> list[str]:
    administrators = Membership.objects.filter(
        office=job.office, role=Role.ADMINISTRATOR, user__is_active=True
    ).values_list("user__email", flat=True)
    return sorted({job.created_by.email, *administrators})


def _queue(
    job: MigrationJob, kind: str, recipients: list[str], subject: str, numbers: Totals | None = None
) -> None:
    numbers = numbers or totals(job)
    context = {
        "reference": job.reference,
        "file_name": job.file_name,
        "report_url": reverse("migrations:report", args=[job.pk]),
        "day": job.start_after and timezone.localdate(job.start_after) + dt.timedelta(days=1),
        "reason": job.reason,
        "announced": numbers.announced,
        "migrated": numbers.migrated,
        "skipped": numbers.skipped,
        "rejected": numbers.rejected,
        "warnings": numbers.warnings,
        "remarks": numbers.remarks,
    }
    for recipient in recipients:
        outbox.queue_mail(
            kind=kind,
            office=job.office,
            recipient=recipient,
            dedupe_key=f"{kind}:{job.pk}:{job.attempts}:{recipient}",
            subject=subject.format(reference=job.reference, remarks=numbers.remarks),
            context=context,
            thread=job.reference,
        )
