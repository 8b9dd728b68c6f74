"""The list of an office's migrations, and the uploads that will become one."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from migrations_app import accepting
from migrations_app.forms import SearchForm
from migrations_app.models import MigrationJob
from migrations_app.standing import Standing, UploadStanding, uploads_of, with_totals
from portal.office.access import member
from portal.office.http import OfficeRequest
from portal.office.sessions import unprolonged

_PER_PAGE = 25


@member
@require_safe
def overview(request: OfficeRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    context = _list(request, form) | {"has_certificate": accepting.has_certificate(request.office)}
    return render(request, "migrations_app/overview.html", context, status=200 if form.is_valid() else 400)


@unprolonged
@member
@require_safe
@never_cache
def overview_fragment(request: OfficeRequest) -> HttpResponse:
    """The list alone, which the page asks for every few seconds as long as something in it moves.

    Reads only, so that asking does not keep anybody logged in.
    """
    form = SearchForm(request.GET)
    if not form.is_valid():
        return HttpResponse(status=400)
    return render(request, "migrations_app/overview_list.html", _list(request, form))


def _list(request: OfficeRequest, form: SearchForm) -> dict[str, object]:
    words = form.cleaned_data["q"] if form.is_valid() else ""
    jobs = MigrationJob.objects.filter(office=request.office)
    page = _page(request, jobs if form.is_valid() else jobs.none(), words)
    # totals of these alone: of a list that is paged the database would add up those before them too
    standings = [Standing(job) for job in with_totals(MigrationJob.objects.filter(pk__in=list(page)))]
    uploads = _uploads(request, words) if form.is_valid() and page.number == 1 else []
    return {
        "form": form,
        "words": words,
        "page": page,
        "standings": [*uploads, *standings],
        "is_moving": any(not standing.is_final for standing in (*uploads, *standings)),
        "now": timezone.now(),
    }


def _page(request: OfficeRequest, jobs: QuerySet[MigrationJob], words: str) -> Page[UUID]:
    if words:
        jobs = jobs.filter(
            Q(file_name__icontains=words)
            | Q(reference__icontains=words)
            | Q(created_by__email__icontains=words)
        )
    return Paginator(jobs.values_list("pk", flat=True), _PER_PAGE).get_page(request.GET.get("page"))


def _uploads(request: OfficeRequest, words: str) -> list[UploadStanding]:
    """Of everybody in the office; they have no place among the pages, of which they would shift the rest."""
    uploads = uploads_of(request.office)
    if words:
        uploads = uploads.filter(Q(file_name__icontains=words) | Q(created_by__email__icontains=words))
    return [UploadStanding(upload) for upload in uploads[:_PER_PAGE]]
