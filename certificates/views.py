"""The pages of an office's certificates: list, upload, detail, and a page of its own before each change."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from certificates import messages as texts
from certificates import services
from certificates.forms import CheckForm, UploadForm
from certificates.models import Certificate
from certificates.presenting import describe, history, revocation, validity
from certificates.problems import CertificateProblem, Duplicate
from portal.office.access import administrator, member, own
from portal.office.http import OfficeRequest

NOW_ACTIVE = gettext_lazy(
    "Het PKIoverheid services certificaat is nu actief en u kunt nu uw gegevens migreren naar Nextens!"
)
_page_and_form = require_http_methods(["GET", "HEAD", "POST"])


@member
@require_safe
def overview(request: OfficeRequest) -> HttpResponse:
    now = timezone.now()
    rows = Certificate.objects.filter(office=request.office).defer(
        "certificate_der", "chain_pem", "sealed_key"
    )
    context = {"rows": [(row, validity(row, now)) for row in rows]}
    return render(request, "certificates/overview.html", context)


@sensitive_post_parameters("password")
@member
@_page_and_form
@never_cache
def upload(request: OfficeRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        try:
            return _onward(request, _keep(request, form))
        except Duplicate as problem:
            form.add_problem(problem)
    form.name_replaced(services.active_certificate(request.office))
    return render(request, "certificates/upload.html", {"form": form})


@sensitive_post_parameters("password")
@member
@_page_and_form
@never_cache
def check(request: OfficeRequest) -> HttpResponse:
    """Under Tools: what an upload would say. Nothing is kept."""
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        end = form.checked.not_valid_after
        cautions = [texts.caution(code, moment=end) for code in form.checked.warnings]
        context = {"form": CheckForm(), "checked": form.checked, "cautions": cautions}
    return render(request, "certificates/check.html", context)


def _keep(request: OfficeRequest, form: UploadForm) -> str:
    """Keep the certificate and say so on the next page; return the address of that page."""
    wanted = form.cleaned_data["is_active"]
    certificate = services.upload(
        office=request.office, checked=form.checked, activate=wanted, by=request.user
    )
    if certificate.is_active:
        _say_active(request, certificate)
    elif wanted:
        messages.info(request, _("Het certificaat is opgeslagen. Bevestig hieronder dat het actief wordt."))
        return reverse("certificates:activate", args=[certificate.pk])
    else:
        messages.success(request, _("Het certificaat is opgeslagen. Het is nog niet actief."))
    return reverse("certificates:overview")


def _onward(request: OfficeRequest, there: str) -> HttpResponse:
    """A header for the page's own script, which by following a redirect would use up what that page says."""
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return HttpResponse(status=204, headers={"X-Onward": there})
    return redirect(there)


def _say_active(request: OfficeRequest, certificate: Certificate) -> None:
    messages.success(request, NOW_ACTIVE)
    for caution in services.cautions(certificate):
        messages.warning(request, caution.text)


@member
@require_safe
def detail(request: OfficeRequest, pk: UUID) -> HttpResponse:
    certificate = own(request, Certificate.objects.select_related("uploaded_by"), pk)
    context = {
        "certificate": certificate,
        "validity": validity(certificate, timezone.now()),
        "described": describe(certificate),
        "revocation": revocation(certificate),
        "history": history(certificate),
    }
    return render(request, "certificates/detail.html", context)


@member
@_page_and_form
def activate(request: OfficeRequest, pk: UUID) -> HttpResponse:
    certificate = own(request, Certificate, pk)
    if request.method == "POST":
        try:
            services.activate(certificate=certificate, by=request.user)
        except CertificateProblem as problem:
            messages.error(request, texts.refusal(problem))
        else:
            messages.success(request, NOW_ACTIVE)
        return redirect("certificates:overview")
    context = {
        "certificate": certificate,
        "cautions": services.cautions(certificate),
        "active": services.active_certificate(request.office),
    }
    return render(request, "certificates/activate.html", context)


@member
@_page_and_form
def deactivate(request: OfficeRequest, pk: UUID) -> HttpResponse:
    certificate = own(request, Certificate, pk)
    if request.method == "POST":
        services.deactivate(certificate=certificate, by=request.user)
        messages.success(request, _("Het certificaat is niet meer actief."))
        return redirect("certificates:overview")
    return render(request, "certificates/deactivate.html", {"certificate": certificate})


@administrator
@_page_and_form
def delete(request: OfficeRequest, pk: UUID) -> HttpResponse:
    certificate = own(request, Certificate, pk)
    if request.method == "POST":
        try:
            services.delete(certificate=certificate, by=request.user)
        except services.StillActive:
            messages.error(request, _("Een actief certificaat kan niet worden verwijderd."))
        else:
            messages.success(request, _("Het certificaat is verwijderd."))
        return redirect("certificates:overview")
    return render(request, "certificates/delete.html", {"certificate": certificate})
