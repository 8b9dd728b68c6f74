"""The list of an office's migrations."""

from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from migrations_app.forms import SearchForm
from migrations_app.models import MigrationJob
from migrations_app.standing import Standing, with_totals
from portal.office import ports
from portal.office.access import member
from portal.office.http import OfficeRequest

_PER_PAGE = 25


@member
@require_safe
def overview(request: OfficeRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    page = _page(request, form)
    context = {
        "form": form,
        "words": form.cleaned_data.get("q", "") if form.is_valid() else "",
        "page": page,
        "standings": [Standing(job) for job in page],
        "has_certificate": ports.certificates().has_active_certificate(request.office.pk),
        "now": timezone.now(),
    }
    return render(request, "migrations_app/overview.html", context, status=200 if form.is_valid() else 400)


def _page(request: OfficeRequest, form: SearchForm) -> Page[MigrationJob]:
    jobs = MigrationJob.objects.filter(office=request.office)
    if not form.is_valid():
        jobs = jobs.none()
    elif words := form.cleaned_data["q"]:
        jobs = jobs.filter(
            Q(file_name__icontains=words)
            | Q(reference__icontains=words)
            | Q(created_by__email__icontains=words)
        )
    return Paginator(with_totals(jobs), _PER_PAGE).get_page(request.GET.get("page"))
