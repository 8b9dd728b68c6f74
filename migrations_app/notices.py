"""The mails of a migration: totals and a link, never a name, number or amount."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.conf import settings
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from migrations_app.migration_file import OutcomeCode
from migrations_app.models import Forecast, MigrationJob, Outcome, Part, Status, Tally
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
    """To who started it: the file is in and will be imported, and how much of it will be left out."""
    subject = _("Uw migratie staat in de wachtrij ({reference})")
    foretold = Forecast.objects.filter(part__job=job, outcome__in=(Outcome.SKIPPED, Outcome.REJECTED))
    left: int = foretold.aggregate(left=Sum("count", default=0))["left"]
    page = reverse("migrations:progress", args=[job.pk])
    recipients = {str(job.created_by_id): job.created_by.email}
    _queue(job, "migration_queued", recipients, subject, report_url=page, left=left)


def tell_end(job: MigrationJob) -> None:
    """To who started it and the kantoorbeheerders, and to support of a failure: how `job` ended.

    One mail to each of them for this attempt and final state, however often it is told.
    """
    numbers = totals(job)
    recipients = _everyone(job)
    if job.status == Status.FAILED:
        recipients["support"] = settings.SUPPORT_EMAIL
    _queue(job, f"migration_{job.status}", recipients, _subject(Status(job.status), numbers), numbers)


def _subject(status: Status, numbers: Totals) -> str:
    return {
        Status.COMPLETED: _("Uw migratie is voltooid ({reference})"),
        Status.COMPLETED_WITH_WARNINGS: ngettext(
            "Uw migratie is voltooid met {remarks} waarschuwing ({reference})",
            "Uw migratie is voltooid met {remarks} waarschuwingen ({reference})",
            numbers.remarks,
        ),
        Status.FAILED: _("Uw migratie is niet gelukt ({reference})"),
        Status.REFUSED: _("Uw migratiebestand is geweigerd ({reference})"),
        Status.CANCELLED: _("Uw migratie is geannuleerd ({reference})"),
    }[status]


def _everyone(job: MigrationJob) -> dict[str, str]:
    """Addresses by who has them: by that the outbox knows an occasion, whatever the length of an address."""
    # who started it may have left the office since
    people = Membership.objects.filter(
        Q(role=Role.ADMINISTRATOR) | Q(user=job.created_by_id), office=job.office, user__is_active=True
    ).order_by("user_id")
    return {str(user_id): email for user_id, email in people.values_list("user_id", "user__email")}


def _queue(
    job: MigrationJob,
    kind: str,
    recipients: dict[str, str],
    subject: str,
    numbers: Totals | None = None,
    **more: object,
) -> None:
    numbers = numbers or totals(job)
    context = {
        "reference": job.reference,
        "file_name": job.file_name,
        "report_url": reverse("migrations:report", args=[job.pk]),
        "day": job.promised_day,
        **asdict(numbers),
        **more,
    }
    for who, recipient in recipients.items():
        outbox.queue_mail(
            kind=kind,
            office=job.office,
            recipient=recipient,
            # unique in the database: migration, attempt, state, recipient
            dedupe_key=f"{kind}:{job.pk}:{job.attempts}:{who}",
            subject=subject.format(reference=job.reference, remarks=numbers.remarks),
            context=context,
            thread=job.reference,
        )
