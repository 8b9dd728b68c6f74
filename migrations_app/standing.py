"""How a job stands, as overview, progress page and report show it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from migrations_app import planning, sentences
from migrations_app.accepting import may_cancel
from migrations_app.migration_file import OutcomeCode
from migrations_app.models import Forecast, MigrationJob, Outcome, Part, Place, Status, Tally, Upload
from migrations_app.models.job import SUCCESSFUL
from portal.office.models import AuditEvent, Office
from portal.ui.templatetags.ui import file_size, moment, number

_TONES = {
    Status.COMPLETED: "success",
    Status.COMPLETED_WITH_WARNINGS: "warning",
    Status.PAUSED: "warning",
    Status.FAILED: "error",
    Status.REFUSED: "error",
    Status.QUEUED: "neutral",
    Status.CANCELLED: "neutral",
    Status.UNDONE: "neutral",
}
# a bar that moves is asked for more often than one that stands
_SECONDS = {Status.QUEUED: 10, Status.PAUSED: 10}
# after it an upload of which nothing arrives is not going on
_SILENCE = dt.timedelta(minutes=2)


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
        self.poll_seconds = _SECONDS.get(self.status, 2)
        self.may_cancel = may_cancel(job)
        self.has_report = job.checked_at is not None
        self.remarks: int = getattr(job, "remarks", 0)
        self.migrated: int = getattr(job, "migrated", 0)
        is_foretold: bool = getattr(job, "is_foretold", False)
        self.has_check = is_foretold and self.status in (Status.QUEUED, Status.RUNNING, Status.PAUSED)
        self.foretold_left: int = getattr(job, "foretold_left", 0)
        self.place: Place | None = getattr(job, "place", None) if self.status == Status.QUEUED else None
        self.cancelled_by: str | None = getattr(job, "cancelled_by", None)

    @property
    def phase(self) -> str:
        """Changes when something is worth saying aloud: another status or another quarter of the bar."""
        return f"{self.status}-{self.told_percentage // 25}"

    @property
    def told_percentage(self) -> int:
        """Of the bar that moves."""
        return self.upper if self.status == Status.UPLOADING and not self.asks else self.lower

    @property
    def upper_note(self) -> str:
        return file_size(self.job.file_size)

    @property
    def expected(self) -> str:
        """When it will probably be processed: `van 22-11-2026 18:00 tot 18:12`; empty when nobody knows."""
        if self.place is None:
            return ""
        start, end = (timezone.localtime(at) for at in (self.place.expected_start, self.place.expected_end))
        if end - start < dt.timedelta(minutes=1):
            return _("rond %(start)s") % {"start": moment(start)}
        end_text = f"{end:%H:%M}" if end.date() == start.date() else moment(end)
        return _("van %(start)s tot %(end)s") % {"start": moment(start), "end": end_text}

    @property
    def lower_note(self) -> str:
        if self.status != Status.RUNNING:
            return "" if self.is_final else str(self.label)
        done, total = number(self.job.records_done), number(self.job.records_total)
        said = _("%(done)s van %(total)s verwerkt") % {"done": done, "total": total}
        now = timezone.now()
        left = planning.time_left(self.job, now)
        if left is None:
            return said
        return _("%(said)s, klaar rond %(end)s") % {
            "said": said,
            "end": f"{timezone.localtime(now + left):%H:%M}",
        }

    @property
    def reason(self) -> str:
        """Why a job was refused or failed, in plain words; nothing for others."""
        if self.status == Status.REFUSED:
            return str(self.job.reason)
        return sentences.failure(self.job.reason) if self.status == Status.FAILED else ""

    @property
    def deadline(self) -> dt.date | None:
        """The day on which the data are in Nextens at the latest, local time."""
        return self.job.promised_day


class UploadStanding(Standing):
    """How an upload stands of which no job is made yet; `job` is what it will be, unsaved."""

    def __init__(self, upload: Upload) -> None:
        job = MigrationJob(
            id=upload.pk,
            office_id=upload.office_id,
            created_by=upload.created_by,
            created_at=upload.created_at,
            file_name=upload.file_name,
            file_size=upload.length,
            status=Status.UPLOADING,
        )
        super().__init__(job)
        self.upper = 100 * upload.offset // upload.length
        self._offset = upload.offset
        last = upload.expires_at - dt.timedelta(hours=settings.UPLOAD_KEEP_HOURS)
        self.silent_since = last if timezone.now() - last > _SILENCE else None

    @property
    def upper_note(self) -> str:
        sizes = file_size(self._offset), file_size(self.job.file_size)
        said = _("%(here)s van %(total)s") % dict(zip(("here", "total"), sizes, strict=True))
        if self.silent_since is None:
            return said
        return _("%(said)s, onderbroken sinds %(moment)s") % {
            "said": said,
            "moment": moment(timezone.localtime(self.silent_since)),
        }

    @property
    def lower_note(self) -> str:
        return ""


def uploads_of(office: Office) -> QuerySet[Upload]:
    """Those that are not whole yet, for UploadStanding."""
    going_on = Upload.objects.filter(office=office, job=None, expires_at__gt=timezone.now())
    return going_on.select_related("created_by")


def with_totals(jobs: QuerySet[MigrationJob]) -> QuerySet[MigrationJob]:
    """`jobs` with what a Standing needs, in the same query.

    `migrated`: records; `remarks`: records and warnings to look at; `is_foretold`: the check told what will
    come of it; `foretold_left`: records that will not be migrated; `cancelled_by`: an address, or None.
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
    foretold = Forecast.objects.filter(part__job=OuterRef("pk")).order_by()
    left = foretold.filter(outcome__in=(Outcome.SKIPPED, Outcome.REJECTED)).values("part__job")
    cancelled = AuditEvent.objects.filter(target_id=OuterRef("pk"), act="migration.cancelled")
    return jobs.annotate(
        migrated=_number(parts.annotate(number=Sum("created") + Sum("updated") + Sum("unchanged"))),
        remarks=_number(noted.annotate(number=Sum("count"))),
        is_foretold=Exists(foretold),
        foretold_left=_number(left.annotate(number=Sum("count"))),
        cancelled_by=Subquery(cancelled.values("actor__email")[:1]),
    ).select_related("created_by", "place")


def _number(rows: QuerySet[Any, Any]) -> Coalesce:
    """The `number` of the only row of `rows`, 0 when there is none."""
    return Coalesce(Subquery(rows.values("number"), output_field=IntegerField()), 0)
