"""The wizard: four pages, of which the fourth is the progress page of the job that the third makes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from migrations_app import accepting, resumable
from migrations_app.forms import FileForm, ImportTypeForm
from migrations_app.models import ImportType, PartKind, Status
from migrations_app.resumable import Choices
from migrations_app.uploads import UploadRefused
from portal.dossiers.models import MessageStatus
from portal.office import ports
from portal.office.access import member
from portal.office.http import OfficeRequest

_CHOICES = "migration_choices"


@member
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """Page 1: the four steps."""
    has_certificate = _has_certificate(request)
    if request.method == "POST" and has_certificate:
        return redirect("migrations:import_type")
    return render(request, "migrations_app/wizard_start.html", {"has_certificate": has_certificate})


@member
@require_http_methods(["GET", "HEAD", "POST"])
def import_type(request: OfficeRequest) -> HttpResponse:
    """Page 2: what to migrate. The choices stay in the session until they are made again."""
    form = ImportTypeForm(request.POST or None, initial=choices_of(request) or None)
    if request.method == "POST" and form.is_valid():
        request.session[_CHOICES] = form.cleaned_data
        return redirect("migrations:file")
    return render(request, "migrations_app/wizard_import_type.html", {"form": form})


@member
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: OfficeRequest) -> HttpResponse:
    """Page 3: the file itself."""
    choices = choices_of(request)
    if choices is None:
        return redirect("migrations:import_type")
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and (answer := _accept(request, form, choices)):
        return answer
    return render(
        request,
        "migrations_app/wizard_file.html",
        {
            "form": form,
            "import_type": ImportType(choices["import_type"]).label,
            "message_status": MessageStatus(choices["message_status"]).label,
            "has_certificate": _has_certificate(request),
            "any_job": UUID(int=0),
            "unfinished": resumable.unfinished(request.office, request.user, as_chosen(choices)),
        },
    )


def _accept(request: OfficeRequest, form: FileForm, choices: dict[str, Any]) -> HttpResponse | None:
    """Make the job and go to its page; None when the form says why not."""
    if not form.is_valid():
        return None
    if not _has_certificate(request):
        form.refuse_without_certificate()
        return None
    upload = form.cleaned_data["file"]
    try:
        job = accepting.receive(
            office=request.office,
            by=request.user,
            upload=upload,
            import_type=ImportType(choices["import_type"]),
            selected_kinds=[PartKind(kind) for kind in choices["kinds"]],
            message_status=MessageStatus(choices["message_status"]),
            ask_if_known=True,
        )
    except UploadRefused as refused:
        form.refuse(refused, upload)
        return None
    waits = job.status == Status.UPLOADING
    return redirect("migrations:confirm" if waits else "migrations:progress", job.pk)


def choices_of(request: HttpRequest) -> dict[str, Any] | None:
    """What page 2 left in the session, None when that is nothing or no longer makes sense."""
    form = ImportTypeForm(request.session.get(_CHOICES) or {})
    return form.cleaned_data if form.is_valid() else None


def as_chosen(data: dict[str, Any]) -> Choices:
    """The cleaned data of page 2, typed."""
    return Choices(
        ImportType(data["import_type"]),
        [PartKind(kind) for kind in data["kinds"]],
        MessageStatus(data["message_status"]),
    )


def _has_certificate(request: OfficeRequest) -> bool:
    return ports.certificates().has_active_certificate(request.office.pk)
