"""What the check of a file foretells, before it is processed: a page, and every record to look at as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from migrations_app import reporting, sentences
from migrations_app.accepting import outlook
from migrations_app.models import Finding, MigrationJob, Outcome
from migrations_app.standing import Standing, with_totals
from portal.office.access import member, own
from portal.office.http import OfficeRequest

_PER_PAGE = 50
# what asks for attention first
TITLES = {
    Outcome.REJECTED: _("Mislukt"),
    Outcome.SKIPPED: _("Overgeslagen"),
    Outcome.WARNED: _("Waarschuwingen"),
}


@dataclass(frozen=True)
class Choice:
    """What the filter offers: `value` is an outcome, or an outcome and a code (`rejected:invalid-bsn`)."""

    value: str
    label: str
    number: int
    is_chosen: bool


@member
@require_safe
@never_cache
def checked(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """The outcome of the check; once the migration has ended its report says what became of it."""
    job = own(request, with_totals(MigrationJob.objects.all()), pk)
    if job.checked_at is None:
        return redirect("migrations:progress", pk)
    if job.is_final:
        return redirect("migrations:report", pk)
    counts = outlook.code_counts(job)
    outcome, code = _asked(request, counts)
    page = _page(request, job, outcome, code)
    context = {
        "standing": Standing(job),
        "job": job,
        "outlook": outlook.outlook_of(job),
        "left_out": outlook.not_selected(job.parts.all(), job.selected_kinds),
        "choices": _choices(counts, (outcome, code)),
        "shown": f"{outcome}:{code}" if code else outcome,
        "page": page,
        "remarks": reporting.described(job, list(page)),
    }
    return render(request, "migrations_app/checked.html", context)


@member
@require_safe
@never_cache
def checked_csv(request: OfficeRequest, pk: UUID) -> StreamingHttpResponse:
    """Every finding, or those of one outcome (`?toon=rejected`) or code (`?toon=rejected:invalid-bsn`)."""
    job = own(request, MigrationJob.objects.select_related("office"), pk)
    found = outlook.findings_of(job, *_wanted(request))
    return StreamingHttpResponse(
        reporting.csv_lines(outlook.all_described(job, found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{job.reference}-controle.csv"'},
    )


def _wanted(request: HttpRequest) -> tuple[str, str]:
    """Outcome and code as asked, empty when they are none."""
    outcome, _colon, code = request.GET.get("toon", "").partition(":")
    return outcome if outcome in set(TITLES) else "", code if sentences.is_known(code) else ""


def _asked(request: HttpRequest, counts: Mapping[str, Mapping[str, int]]) -> tuple[str, str]:
    """The outcome and code to show: as asked when there are any, else what asks for attention first."""
    outcome, code = _wanted(request)
    if outcome in counts:
        return outcome, code if code in counts[outcome] else ""
    return next((each.value for each in TITLES if each in counts), ""), ""


def _choices(counts: Mapping[str, Mapping[str, int]], chosen: tuple[str, str]) -> list[Choice]:
    """Every outcome that there is, and its codes when it has several."""
    made: list[Choice] = []
    for outcome, title in TITLES.items():
        codes = counts.get(outcome, {})
        if codes:
            made.append(Choice(outcome.value, str(title), sum(codes.values()), chosen == (outcome, "")))
        for code, number in codes.items() if len(codes) > 1 else ():
            label = f"{title}: {sentences.of_record(code, '', '').reason}"
            made.append(Choice(f"{outcome}:{code}", label, number, chosen == (outcome, code)))
    return made


def _page(request: HttpRequest, job: MigrationJob, outcome: str, code: str) -> Page[Finding]:
    found = outlook.findings_of(job, outcome, code) if outcome else Finding.objects.none()
    return Paginator(found, _PER_PAGE).get_page(request.GET.get("page"))
