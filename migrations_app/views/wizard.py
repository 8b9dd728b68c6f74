"""The wizard: four pages, of which the fourth is the progress page of the job that the third makes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from migrations_app import accepting, resumable
from migrations_app.forms import (
    FileForm,
    ImportTypeForm,
    KnownFileForm,
    chosen,
    known_sentence,
    look_into_file,
)
from migrations_app.models import Status
from migrations_app.multipart import SealingHandler
from migrations_app.resumable import Choices
from migrations_app.uploads import UploadRefused
from portal.office.access import member
from portal.office.http import OfficeRequest


@member
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: OfficeRequest) -> HttpResponse:
    """Page 1: the four steps."""
    if request.method == "POST" and accepting.may_upload(request.office):
        return redirect("migrations:import_type")
    context = {"has_certificate": accepting.has_certificate(request.office)}
    return render(request, "migrations_app/wizard_start.html", context)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def import_type(request: OfficeRequest) -> HttpResponse:
    """Page 2: what to migrate, remembered for whoever chose it."""
    before = resumable.remembered(office=request.office, user=request.user)
    form = ImportTypeForm(request.POST or None, initial=before.as_form() if before else None)
    if request.method == "POST" and form.is_valid():
        resumable.remember(chosen(form), office=request.office, user=request.user)
        return redirect("migrations:file")
    return render(request, "migrations_app/wizard_import_type.html", {"form": form})


@csrf_exempt  # `_file` asks for the token, once it is known where the file in the same form is to go
@member
@require_http_methods(["GET", "HEAD", "POST"])
def file(request: OfficeRequest) -> HttpResponse:
    """Page 3: the file itself."""
    with SealingHandler(request.office.pk) as handler:
        if request.method == "POST":
            request.upload_handlers = [handler]
        return _file(request)


@csrf_protect
def _file(request: OfficeRequest) -> HttpResponse:
    choices = resumable.remembered(office=request.office, user=request.user)
    if choices is None:
        return redirect("migrations:import_type")
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and (answer := _accept(request, form, choices)):
        return answer
    has_certificate = accepting.has_certificate(request.office)
    context = {
        "form": form,
        "choices": choices,
        "has_certificate": has_certificate,
        "may_upload": has_certificate or not request.office.certificate_required,
        "any_job": UUID(int=0),
        "look": look_into_file(request.office),
        "unfinished": resumable.unfinished(request.office, request.user, choices),
    }
    return render(request, "migrations_app/wizard_file.html", context)


@require_POST
@member
def known_file(request: OfficeRequest) -> HttpResponse:
    """For a browser that read a file's manifest: what there is to ask about it, or an empty answer."""
    form = KnownFileForm(request.POST)
    if not form.is_valid():
        return JsonResponse({}, status=422)
    data = form.cleaned_data
    earlier = accepting.earlier_file(request.office, size=data["size"], manifest_sha256=data["manifest"])
    return JsonResponse(known_sentence(earlier) if earlier else {})


def _accept(request: OfficeRequest, form: FileForm, choices: Choices) -> HttpResponse | None:
    """Make the job and go to its page; None when the form says why not."""
    if not form.is_valid():
        return None
    if not accepting.may_upload(request.office):
        form.refuse_without_certificate()
        return None
    upload = form.cleaned_data["file"]
    try:
        job = accepting.receive(
            office=request.office,
            by=request.user,
            upload=upload,
            import_type=choices.import_type,
            selected_kinds=choices.kinds,
            message_status=choices.message_status,
            ask_if_known=True,
        )
    except UploadRefused as refused:
        form.refuse(refused, upload)
        return None
    waits = job.status == Status.UPLOADING
    return redirect("migrations:confirm" if waits else "migrations:progress", job.pk)
