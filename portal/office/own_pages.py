"""Mijn logo's and Mijn producten."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.office import acts, logos
from portal.office.access import administrator, member
from portal.office.http import OfficeRequest
from portal.office.models import OfficeLogo
from portal.office.own_forms import LogoForm, ProductsForm

_page_and_form = require_http_methods(["GET", "HEAD", "POST"])


@_page_and_form
@member
def own_logos(request: OfficeRequest) -> HttpResponse:
    """Everybody of the office may see it; the kantoorbeheerder may change it."""
    form = LogoForm(request.POST, request.FILES) if _changes(request) else LogoForm()
    if form.is_valid():
        logos.set_logo(office=request.office, picture=form.picture, by=request.user)
        messages.success(request, _("Het logo is opgeslagen."))
        return redirect("own_logos")
    context = {"form": form, "logo": OfficeLogo.objects.filter(office=request.office).first()}
    return render(request, "office/own_logos.html", context)


@administrator
@require_POST
def remove_logo(request: OfficeRequest) -> HttpResponse:
    if logos.remove_logo(office=request.office, by=request.user):
        messages.success(request, _("Het logo is verwijderd."))
    return redirect("own_logos")


@require_safe
@member
@cache_control(private=True, max_age=300)
def logo(request: OfficeRequest) -> HttpResponse:
    """The office's own logo, whatever the address says more."""
    row = get_object_or_404(OfficeLogo, office=request.office)
    with default_storage.open(row.storage_name) as stored:
        data = stored.read()
    return HttpResponse(data, content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


@_page_and_form
@member
def own_products(request: OfficeRequest) -> HttpResponse:
    """Everybody of the office may see them; the kantoorbeheerder may change them."""
    form = (
        ProductsForm(request.POST)
        if _changes(request)
        else ProductsForm(initial={"taxes": request.office.taxes})
    )
    if form.is_valid():
        acts.set_taxes(office=request.office, taxes=form.cleaned_data["taxes"], by=request.user)
        messages.success(request, _("De producten zijn opgeslagen."))
        return redirect("own_products")
    return render(request, "office/own_products.html", {"form": form})


def _changes(request: OfficeRequest) -> bool:
    if request.method == "POST" and not request.membership.is_administrator:
        raise PermissionDenied
    return request.method == "POST"
