"""One migration while it goes on: the two bars, asking about a known file, cancelling."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from migrations_app import accepting
from migrations_app.models import MigrationJob, Status
from migrations_app.standing import Standing, with_totals
from portal.office.access import member, own
from portal.office.http import OfficeRequest
from portal.office.sessions import unprolonged


@member
@require_safe
@never_cache
def progress(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Page 4 of the wizard, and the page of a job until it is done."""
    return render(request, "migrations_app/progress.html", _context(request, pk))


@unprolonged
@member
@require_safe
@never_cache
def progress_fragment(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """What the progress page asks for every two seconds; `phase` is what it said aloud last.

    Reads only: it writes no session, so that asking does not keep anybody logged in.
    """
    context = _context(request, pk)
    context["told_phase"] = request.GET.get("phase", "")
    return render(request, "migrations_app/progress_fragment.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Asks whether a file that was uploaded before is to be imported again."""
    job = own(request, with_totals(MigrationJob.objects.all()), pk)
    if job.status != Status.UPLOADING or not job.storage_name:
        return redirect("migrations:progress", pk)
    if request.method == "POST":
        if "again" in request.POST:
            accepting.confirm(job, by=request.user)
            return redirect("migrations:progress", pk)
        accepting.cancel(job, by=request.user)
        return redirect("migrations:overview")
    context = {"job": job, "earlier": accepting.earlier_upload(job)}
    return render(request, "migrations_app/confirm.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Asks first; only a POST cancels."""
    job = own(request, with_totals(MigrationJob.objects.all()), pk)
    if request.method == "POST":
        if accepting.cancel(job, by=request.user):
            messages.success(request, _("De migratie is geannuleerd."))
        else:
            messages.warning(request, _("Deze migratie kan niet meer worden geannuleerd."))
        return redirect("migrations:progress", pk)
    return render(request, "migrations_app/cancel.html", {"standing": Standing(job)})


def _context(request: OfficeRequest, pk: UUID) -> dict[str, object]:
    job = own(request, with_totals(MigrationJob.objects.all()), pk)
    return {"standing": Standing(job), "job": job, "now": timezone.now()}
