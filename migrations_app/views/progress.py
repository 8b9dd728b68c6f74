"""One migration while it goes on: the two bars, asking about a known file, cancelling."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from migrations_app import accepting, resumable, retention
from migrations_app.models import MigrationJob, Status
from migrations_app.standing import Standing, UploadStanding, uploads_of, with_totals
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
    """What the progress page asks for every few seconds; `phase` is what it said aloud last.

    Reads only: it writes no session, so that asking does not keep anybody logged in.
    """
    told = request.GET.get("phase", "")
    context = _context(request, pk, is_upload=told.startswith(Status.UPLOADING))
    return render(request, "migrations_app/progress_fragment.html", context | {"told_phase": told})


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
    standing = _standing(request, pk)
    if request.method == "POST":
        if isinstance(standing, UploadStanding):
            return _cancel_upload(request, standing)
        if accepting.cancel(standing.job, by=request.user):
            messages.success(request, _("De migratie is geannuleerd."))
        else:
            messages.warning(request, _("Deze migratie kan niet meer worden geannuleerd."))
        return redirect("migrations:progress", pk)
    context = {"standing": standing, "kept_days": retention.KEPT_DAYS}
    return render(request, "migrations_app/cancel.html", context)


def _cancel_upload(request: OfficeRequest, standing: UploadStanding) -> HttpResponse:
    """Only who makes an upload may take it back: it is in a window of his."""
    if standing.job.created_by != request.user:
        raise Http404
    try:
        resumable.terminate(standing.job.pk)
    except resumable.ResumableError:
        messages.warning(request, _("Deze upload is net verder gegaan. Probeer het opnieuw."))
        return redirect("migrations:progress", standing.job.pk)
    messages.success(request, _("De upload is geannuleerd."))
    return redirect("migrations:overview")


def _context(request: OfficeRequest, pk: UUID, *, is_upload: bool = False) -> dict[str, object]:
    standing = _standing(request, pk, is_upload=is_upload)
    is_own = standing.job.created_by == request.user
    context = {"standing": standing, "job": standing.job, "is_own": is_own, "now": timezone.now()}
    if standing.is_final and not standing.has_report and isinstance(standing.job, MigrationJob):
        # with a report it is said there
        context["file_goes_at"] = retention.goes_at(standing.job)
    return context


def _standing(request: OfficeRequest, pk: UUID, *, is_upload: bool = False) -> Standing:
    """Of the job with this id, or of the upload that will be that job; `is_upload` looks for it first."""
    uploads = uploads_of(request.office).filter(pk=pk)
    jobs = with_totals(MigrationJob.objects.filter(office=request.office)).filter(pk=pk)
    if is_upload and (upload := uploads.first()):
        return UploadStanding(upload)
    if job := jobs.first():
        return Standing(job)
    if upload := uploads.first():
        return UploadStanding(upload)
    raise Http404
