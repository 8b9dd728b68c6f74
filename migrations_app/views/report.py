"""The report of a migration: a page, its lines page by page, CSV and PDF."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from migrations_app import reporting, retention, retrying, undoing
from migrations_app.migration_file import OutcomeCode
from migrations_app.models import MigrationJob, Outcome, Undo
from migrations_app.standing import Standing, with_totals
from migrations_app.views.report_filter import LinesForm
from portal.office.access import member, own
from portal.office.http import OfficeRequest

_TITLES = {
    Outcome.REJECTED: _("Mislukt"),
    Outcome.SKIPPED: _("Overgeslagen"),
    Outcome.WARNED: _("Waarschuwingen"),
}
_SHORT, _LONG = 25, 5000


@member
@require_safe
@never_cache
def report(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """The whole report. `?regels=alle` shows long lists, to print them; what it leaves out it counts."""
    job = _job(request, pk)
    if job.checked_at is None:
        return redirect("migrations:progress", pk)
    found = reporting.report_of(job)
    most = _LONG if request.GET.get("regels") == "alle" else _SHORT
    lists = _lists(job, found, most)
    context = {
        "standing": Standing(job),
        "job": job,
        "report": found,
        "controls": reporting.control_rows(job),
        "lists": lists,
        "may_print": most == _LONG or not any(each["missing"] for each in lists),
        "longest": _LONG,
        "unprinted": sum(max(0, found.count(outcome) - _LONG) for outcome in _TITLES),
        "volumes": reporting.volumes_of(sum(group.count for group in found.groups)),
        "now": timezone.now(),
        **_followup(request, job, found),
    }
    return render(request, "migrations_app/report.html", context)


@member
@require_safe
@never_cache
def lines(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """The records that were skipped, rejected or warned about, chosen by a filter, fifty at a time."""
    job = _job(request, pk)
    found = reporting.report_of(job)
    form = LinesForm(request.GET, report=found)
    chosen = reporting.Lines(job, found, form.choice())
    page: Page[reporting.Remark] = Paginator(chosen, reporting.PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"job": job, "form": form, "page": page, "remarks": list(page), "count": chosen.total}
    return render(request, "migrations_app/report_lines.html", context)


@member
@require_safe
@never_cache
def report_csv(request: OfficeRequest, pk: UUID) -> StreamingHttpResponse:
    """Every line of the report, or those that the filter leaves (as of `lines`)."""
    job = own(request, MigrationJob, pk)
    found = reporting.report_of(job)
    choice = LinesForm(request.GET, report=found).choice()
    outcome = f"-{Outcome(choice.outcome).label.lower()}" if choice.outcome else ""
    chosen = reporting.Lines(job, found, choice)
    return StreamingHttpResponse(
        reporting.csv_lines(chosen.everything()),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{job.reference}{outcome}.csv"'},
    )


@member
@require_safe
@never_cache
def report_pdf(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """The report as a file document; `?deel=2` is its second volume."""
    job = _job(request, pk)
    asked = request.GET.get("deel", "1")
    if job.checked_at is None or not asked.isdecimal():
        raise Http404
    try:
        pdf = reporting.pdf_of(job, request.office, volume=int(asked))
    except reporting.NoSuchVolume:
        raise Http404 from None
    name = f"{job.reference}{f'-deel-{asked}' if asked != '1' else ''}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _job(request: OfficeRequest, pk: UUID) -> MigrationJob:
    jobs = MigrationJob.objects.select_related("office__logo", "undo", "retry_of")
    return own(request, with_totals(jobs), pk)


def _followup(request: OfficeRequest, job: MigrationJob, found: reporting.Report) -> dict[str, object]:
    """What can be done after a migration, and until when."""
    undo: Undo | None = getattr(job, "undo", None)
    goes_at = retention.goes_at(job)
    codes = {group.code for group in found.groups}
    return {
        "file_goes_at": goes_at,
        "file_days": goes_at and max(0, (goes_at - timezone.now()).days),
        "rejected": bool(goes_at and found.count(Outcome.REJECTED)),
        "retryable": OutcomeCode.UNKNOWN_CLIENT in codes and retrying.may_retry(job),
        "retries": job.retries.all() if found.count(Outcome.REJECTED) else (),
        "import_ended_at": undo.import_ended_at if undo and undo.import_ended_at else job.finished_at,
        "may_undo": request.membership.is_administrator and undoing.may_undo(job),
        "undo_until": undoing.deadline(job),
    }


def _lists(job: MigrationJob, found: reporting.Report, most: int) -> list[dict[str, object]]:
    """One for each outcome that has lines."""
    first = reporting.first_lines(job, found, most)
    return [
        {
            "outcome": outcome.value,
            "title": title,
            "caption_id": f"{outcome}-caption",
            "count": found.count(outcome),
            "missing": max(0, found.count(outcome) - most),
            "remarks": first[outcome],
        }
        for outcome, title in _TITLES.items()
        if outcome in first
    ]
