"""The list of clients, and a client with all that is known of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.dossiers import search
from portal.dossiers.forms import ClientSearch
from portal.dossiers.listing import PAGE_SIZE, page_of
from portal.dossiers.models import (
    AssessmentMessage,
    Client,
    ClientSource,
    ExtensionScheme,
    Responsibility,
    TaxCard,
    TaxReturn,
)
from portal.office.access import member, own
from portal.office.http import OfficeRequest

_SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@member
def clients(request: OfficeRequest) -> HttpResponse:
    """The list; a posted search for a name goes on to its address, one for a number never does."""
    if request.method == "POST":
        return _search(request)
    form = ClientSearch(request.GET, in_address=True)
    rows = Client.objects.filter(office=request.office)
    found = search.by_name(rows, form.cleaned_data["q"]) if form.is_valid() else rows.none()
    page = page_of(request, found, rows)
    return _list(request, form, rows=page.object_list, page=page)


def _search(request: OfficeRequest) -> HttpResponse:
    form = ClientSearch(request.POST, in_address=False)
    if not form.is_valid():
        return _list(request, form)
    text: str = form.cleaned_data["q"]
    if not search.holds_personal_number(text):
        return redirect(f"{reverse('clients')}?{urlencode({'q': text})}" if text else "clients")
    found = search.by_number(Client.objects.filter(office=request.office), text)[:PAGE_SIZE]
    if len(found) == 1:
        return redirect("client", found[0].pk)
    return _list(request, form, rows=found)


def _list(request: OfficeRequest, form: ClientSearch, **context: Any) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, "dossiers/clients.html", {"form": form, **context}, status=status)


@require_safe
@member
def client(request: OfficeRequest, pk: UUID) -> HttpResponse:
    one = own(request, Client.objects.select_related("partner", "created_in"), pk)
    sources = ClientSource.objects.filter(client=one).select_related("source").order_by("source__name", "id")
    context = {
        "client": one,
        "sources": sources,
        "returns": _newest(TaxReturn, one, "-tax_year", "tax", "-period_start"),
        "messages_of_client": _newest(AssessmentMessage, one, "-assessment_date"),
        "schemes": _newest(ExtensionScheme, one, "-tax_year"),
        "cards": _newest(TaxCard, one, "-tax_year"),
        "responsibilities": _newest(Responsibility, one, "staff_email"),
        "shown": _SHOWN,
    }
    return render(request, "dossiers/client.html", context)


def _newest(model: type[Model], one: Client, *order: str) -> QuerySet[Any]:
    """At most one more than are shown, which tells that there are more."""
    rows: QuerySet[Any] = model._default_manager.filter(office=one.office_id, client=one)
    return rows.order_by(*order, "id")[: _SHOWN + 1]
