"""What can be done after a migration: take the rejected records along, try them again, destroy the file."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from migrations_app import reporting, retention, retrying
from migrations_app.models import MigrationJob
from portal.office import audit
from portal.office.access import member, own
from portal.office.http import OfficeRequest
from portal.vault import VaultError


@member
@require_safe
@never_cache
def rejected_file(request: OfficeRequest, pk: UUID) -> HttpResponseBase:
    """A migration file of the rejected records, as long as the uploaded file is there."""
    job = own(request, MigrationJob, pk)
    if not job.storage_name or not job.is_final or not reporting.count(job, reporting.rejected):
        raise Http404
    try:
        records = reporting.write_records(job, reporting.rejected)
    except (OSError, VaultError):
        messages.error(
            request, _("Het migratiebestand kan nu niet worden gelezen. Probeer het later opnieuw.")
        )
        return redirect("migrations:report", pk)
    audit.record("migration.rejected_taken", office=job.office, by=request.user, target=job)
    name = f"{timezone.localtime():%d%m%Y%H%M%S}.zip"
    return FileResponse(records, as_attachment=True, filename=name, content_type="application/zip")


@member
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def retry(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Asks first; only a POST starts a migration of the records whose client is known by now."""
    job = own(request, MigrationJob.objects.select_related("office"), pk)
    if request.method == "POST":
        try:
            tried = retrying.retry(job, by=request.user)
        except retrying.NothingToRetry:
            messages.warning(request, _("Er is niets om opnieuw te proberen."))
        except (OSError, VaultError):
            messages.error(
                request, _("Het migratiebestand kan nu niet worden gelezen. Probeer het later opnieuw.")
            )
        else:
            return redirect("migrations:progress", tried.pk)
        return redirect("migrations:report", pk)
    return render(request, "migrations_app/retry.html", {"job": job, "number": retrying.retryable(job)})


@member
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def destroy_file(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Asks first; only a POST destroys."""
    job = own(request, MigrationJob.objects.select_related("office"), pk)
    if request.method == "POST":
        if retention.may_destroy(job) and retention.destroy(job, by=request.user):
            messages.success(request, _("Het migratiebestand is vernietigd."))
        else:
            messages.warning(request, _("Er is geen migratiebestand dat vernietigd kan worden."))
        return redirect("migrations:report", pk)
    return render(
        request, "migrations_app/destroy_file.html", {"job": job, "may": retention.may_destroy(job)}
    )
