"""What Home says of migrations under Aandachtspunten."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from migrations_app.models import MigrationJob, Status
from migrations_app.standing import with_totals
from portal.office.models import Office
from portal.office.ports import Attention

_SHOWN_FOR = timedelta(days=30)
_MOST = 5


def attention(office: Office) -> list[Attention]:
    """At most five of the last month that failed, were refused or ended with warnings. One query."""
    jobs = MigrationJob.objects.filter(
        office=office,
        status__in=(Status.FAILED, Status.REFUSED, Status.COMPLETED_WITH_WARNINGS),
        finished_at__gte=timezone.now() - _SHOWN_FOR,
    )
    return [_point(job) for job in with_totals(jobs)[:_MOST]]


def _point(job: MigrationJob) -> Attention:
    number: int = getattr(job, "remarks", 0)
    text = _("%(reference)s: geweigerd") if job.status == Status.REFUSED else _("%(reference)s: mislukt")
    if job.status == Status.COMPLETED_WITH_WARNINGS:
        text = ngettext(
            "%(reference)s: %(number)s waarschuwing",
            "%(reference)s: %(number)s waarschuwingen",
            number,
        )
    text %= {"reference": job.reference, "number": number}
    page = "progress" if job.checked_at is None else "report"
    return Attention(text, reverse(f"migrations:{page}", args=[job.pk]))
