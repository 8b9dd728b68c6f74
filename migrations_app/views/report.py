"""The report of a migration, as a page and as CSV."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from migrations_app import reporting
from migrations_app.models import MigrationJob, Outcome
from migrations_app.standing import Standing, with_totals
from portal.office.access import member, own
from portal.office.http import OfficeRequest

_LISTS = (
    (Outcome.REJECTED, _("Mislukt")),
    (Outcome.SKIPPED, _("Overgeslagen")),
    (Outcome.WARNED, _("Waarschuwingen")),
)
_SHORT, _LONG = 50, 5000


@member
@require_safe
@never_cache
def report(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """The whole report. `?regels=alle` shows long lists in full, to print them."""
    job = own(request, with_totals(MigrationJob.objects.select_related("office__logo")), pk)
    if job.checked_at is None:
        return redirect("migrations:progress", pk)
    parts = list(job.parts.all())
    rows = reporting.product_rows(job, parts)
    lists = _lists(job, _LONG if request.GET.get("regels") == "alle" else _SHORT)
    context = {
        "standing": Standing(job),
        "job": job,
        "rows": rows,
        "total": reporting.total_row(rows),
        "kinds": reporting.kind_totals(parts),
        "all": reporting.total_row(parts),
        "lists": lists,
        "is_whole": not any(each["is_cut"] for each in lists),
        "now": timezone.now(),
    }
    return render(request, "migrations_app/report.html", context)


@member
@require_safe
@never_cache
def report_csv(request: OfficeRequest, pk: UUID) -> StreamingHttpResponse:
    """Every line of the report, or those of one outcome (`?uitkomst=rejected`)."""
    job = own(request, MigrationJob, pk)
    wanted = request.GET.get("uitkomst")
    outcome = next((each for each, _title in _LISTS if each == wanted), None)
    name = f"{job.reference}{f'-{outcome.label.lower()}' if outcome else ''}.csv"
    return StreamingHttpResponse(
        reporting.csv_lines(reporting.remarks(job, outcome)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _lists(job: MigrationJob, limit: int) -> list[dict[str, object]]:
    """One for each outcome that has lines."""
    counts = reporting.remark_counts(job)
    return [
        {
            "outcome": outcome.value,
            "title": title,
            "caption_id": f"{outcome}-caption",
            "count": counts[outcome],
            "is_cut": counts[outcome] > limit,
            "remarks": list(reporting.remarks(job, outcome, limit)),
        }
        for outcome, title in _LISTS
        if outcome in counts
    ]
