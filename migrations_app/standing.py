"""How a job stands, as overview, progress page and report show it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from migrations_app import sentences
from migrations_app.accepting import may_cancel
from migrations_app.migration_file import OutcomeCode
from migrations_app.models import MigrationJob, Outcome, Part, Status, Tally
from migrations_app.models.job import SUCCESSFUL
from portal.office.models import AuditEvent
from portal.ui.templatetags.ui import number

_TONES = {
    Status.COMPLETED: "success",
    Status.COMPLETED_WITH_WARNINGS: "warning",
    Status.PAUSED: "warning",
    Status.FAILED: "error",
    Status.REFUSED: "error",
    Status.QUEUED: "neutral",
    Status.CANCELLED: "neutral",
}


class Standing:
    """What the templates ask of a job from `with_totals`."""

    def __init__(self, job: MigrationJob) -> None:
        self.job = job
        self.status = Status(job.status)
        self.label = str(self.status.label)
        self.tone = _TONES.get(self.status, "info")
        self.upper = job.upload_percentage
        self.lower = job.processing_percentage
        self.is_final = job.is_final
        self.is_accepted = self.status in (Status.QUEUED, Status.RUNNING, *SUCCESSFUL)
        self.is_done = self.status in SUCCESSFUL
        # the file is in, and was in before
        self.asks = self.status == Status.UPLOADING and bool(job.storage_name)
        if self.asks:
            self.label, self.upper = _("Wacht op uw antwoord"), 100
        self.may_cancel = may_cancel(job)
        self.has_report = job.checked_at is not None
        self.remarks: int = getattr(job, "remarks", 0)
        self.migrated: int = getattr(job, "migrated", 0)
        self.cancelled_by: str | None = getattr(job, "cancelled_by", None)

    @property
    def phase(self) -> str:
        """Changes when something is worth saying aloud: another status or another quarter of the bar."""
        return f"{self.status}-{self.lower // 25}"

    @property
    def upper_note(self) -> str:
        return filesizeformat(self.job.file_size)

    @property
    def lower_note(self) -> str:
        if self.status != Status.RUNNING:
            return "" if self.is_final else str(self.label)
        done, total = number(self.job.records_done), number(self.job.records_total)
        return _("%(done)s van %(total)s verwerkt") % {"done": done, "total": total}

    @property
    def reason(self) -> str:
        """Why a job was refused or failed, in plain words; nothing for others."""
        if self.status == Status.REFUSED:
            return str(self.job.reason)
        return sentences.failure(self.job.reason) if self.status == Status.FAILED else ""

    @property
    def deadline(self) -> dt.date | None:
        """The day on which the data are in Nextens at the latest, local time."""
        start = self.job.start_after
        return timezone.localdate(start) + dt.timedelta(days=1) if start else None


def with_totals(jobs: QuerySet[MigrationJob]) -> QuerySet[MigrationJob]:
    """`jobs` with what a Standing needs, in the same query.

    `migrated`: records; `remarks`: records and warnings to look at; `cancelled_by`: an address, or None.
    """
    parts = Part.objects.filter(job=OuterRef("pk")).order_by().values("job")
    noted = (
        Tally.objects.filter(
            part__job=OuterRef("pk"), outcome__in=(Outcome.SKIPPED, Outcome.REJECTED, Outcome.WARNED)
        )
        .exclude(code=OutcomeCode.NOT_SELECTED)
        .order_by()
        .values("part__job")
    )
    cancelled = AuditEvent.objects.filter(target_id=OuterRef("pk"), act="migration.cancelled")
    return jobs.annotate(
        migrated=_number(parts.annotate(number=Sum("created") + Sum("updated") + Sum("unchanged"))),
        remarks=_number(noted.annotate(number=Sum("count"))),
        cancelled_by=Subquery(cancelled.values("actor__email")[:1]),
    ).select_related("created_by")


def _number(rows: QuerySet[Any, Any]) -> Coalesce:
    """The `number` of the only row of `rows`, 0 when there is none."""
    return Coalesce(Subquery(rows.values("number"), output_field=IntegerField()), 0)
