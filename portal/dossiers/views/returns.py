"""Returns: the list, one of them, and its unlocking."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.dossiers import services
from portal.dossiers.contents import contents_of
from portal.dossiers.forms import ReturnFilter
from portal.dossiers.models import TaxReturn
from portal.dossiers.recent import remember_opened
from portal.dossiers.views.records import office_list
from portal.office.access import member, own
from portal.office.http import OfficeRequest


@require_safe
@member
def returns(request: OfficeRequest) -> HttpResponse:
    rows = TaxReturn.objects.filter(office=request.office).select_related("client", "created_in")
    rows = rows.order_by("-tax_year", "tax", "id")
    return office_list(
        request, "dossiers/returns.html", ReturnFilter(request.GET, taxes=request.office.taxes), rows
    )


@require_safe
@member
def tax_return(request: OfficeRequest, pk: UUID) -> HttpResponse:
    related = ("client", "source", "created_in", "updated_in", "unlocked_by", "document__pack")
    one = own(request, TaxReturn.objects.select_related(*related), pk)
    remember_opened(one, by=request.user)
    contents = contents_of(one.document, request.GET.get("page")) if one.document else None
    return render(request, "dossiers/return.html", {"return": one, "contents": contents})


@require_http_methods(["GET", "HEAD", "POST"])
@member
def unlock(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Asks first (GET), then unlocks (POST); a second time changes nothing."""
    one = own(request, TaxReturn.objects.select_related("client"), pk)
    if request.method == "POST" and services.unlock(one, by=request.user):
        messages.success(request, _("De aangifte is ontgrendeld."))
    elif request.method == "POST" or not one.is_locked:
        messages.info(request, _("De aangifte was al ontgrendeld."))
    else:
        return render(request, "dossiers/unlock.html", {"return": one})
    return redirect("tax_return", one.pk)
