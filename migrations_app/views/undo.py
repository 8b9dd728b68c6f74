"""Undoing a migration: the list, the question, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from migrations_app import undoing
from migrations_app.models import MigrationJob, Undo, UndoState
from portal.office.access import administrator, own
from portal.office.http import OfficeRequest
from portal.office.sessions import unprolonged

_BUSY = (UndoState.PLANNING, UndoState.APPROVED, UndoState.RUNNING)


@administrator
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def undo(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """First the list is asked for; what it says is asked before anything happens."""
    job = own(request, MigrationJob.objects.select_related("office", "undo"), pk)
    if request.method == "POST":
        _act(request, job)
        return redirect("migrations:undo", pk)
    return render(request, "migrations_app/undo.html", _context(job))


@unprolonged
@administrator
@require_safe
@never_cache
def undo_fragment(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """What the page asks for every two seconds; once the state is another, the page is asked for anew."""
    job = own(request, MigrationJob.objects.select_related("undo"), pk)
    context = _context(job)
    if context["state"] != request.GET.get("staat"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "migrations_app/undo_progress.html", context)


@administrator
@require_safe
@never_cache
def goes(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Row by row what will be removed, or with `?actie=restore` what will be put back."""
    is_restore = request.GET.get("actie") == "restore"
    listed = undoing.restored if is_restore else undoing.removed
    title = _("Wordt teruggezet") if is_restore else _("Verdwijnt")
    return _listing(request, pk, listed, title)


@administrator
@require_safe
@never_cache
def stays(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Row by row what stays, and why."""
    return _listing(request, pk, undoing.staying, _("Blijft"))


def _act(request: OfficeRequest, job: MigrationJob) -> None:
    try:
        if "undo" in request.POST:
            if not undoing.approve(job, by=request.user):
                messages.warning(request, _("De lijst is niet meer actueel. Bekijk de lijst opnieuw."))
        else:
            undoing.ask(job, by=request.user)
    except undoing.UndoRefused:
        messages.warning(request, _("Deze migratie kan niet ongedaan worden gemaakt."))


def _context(job: MigrationJob) -> dict[str, object]:
    found: Undo | None = getattr(job, "undo", None)
    done, total = undoing.progress(found) if found else (0, 0)
    return {
        "job": job,
        "undo": found,
        "state": found.state if found else "",
        "is_busy": found is not None and found.state in _BUSY,
        "may_undo": undoing.may_undo(job),
        "until": undoing.deadline(job),
        "days": undoing.DAYS,
        "counts": undoing.counts(found) if found else [],
        "done": done,
        "total": total,
        "percentage": 100 * done // total if total else None,
        "now": timezone.now(),
    }


def _listing(
    request: OfficeRequest,
    pk: UUID,
    listed: Callable[[Undo, str, UUID | None], undoing.Listing],
    title: str,
) -> HttpResponse:
    job = own(request, MigrationJob.objects.select_related("undo"), pk)
    found: Undo | None = getattr(job, "undo", None)
    kind = request.GET.get("soort", "")
    if found is None or found.state == UndoState.PLANNING or kind not in undoing.LABELS:
        raise Http404
    try:
        after = UUID(request.GET["na"]) if "na" in request.GET else None
    except ValueError:
        raise Http404 from None
    context = {
        "job": job,
        "title": title,
        "label": undoing.LABELS[kind],
        "listing": listed(found, kind, after),
    }
    return render(request, "migrations_app/undo_rows.html", context)
