"""The plain lists: messages, extension schemes, tax cards, responsibilities."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.dossiers.forms import MessageFilter, RecordFilter, YearFilter
from portal.dossiers.listing import page_of
from portal.dossiers.models import (
    AssessmentMessage,
    Client,
    ExtensionScheme,
    Responsibility,
    TaxCard,
)
from portal.office.access import member
from portal.office.http import OfficeRequest


def office_list(
    request: OfficeRequest, template: str, form: RecordFilter, rows: QuerySet[Any]
) -> HttpResponse:
    """A page of `rows` (the office's own, ordered) as `form` narrows them; 400 when it holds an error."""
    found = form.narrow(rows, Client.objects.filter(office=request.office))
    page = page_of(request, found, rows)
    return render(request, template, {"form": form, "page": page}, status=400 if form.errors else 200)


@require_safe
@member
def assessment_messages(request: OfficeRequest) -> HttpResponse:
    rows = AssessmentMessage.objects.filter(office=request.office).select_related("client")
    rows = rows.order_by("-assessment_date", "id")
    return office_list(request, "dossiers/messages.html", MessageFilter(request.GET), rows)


@require_safe
@member
def extension_schemes(request: OfficeRequest) -> HttpResponse:
    rows = ExtensionScheme.objects.filter(office=request.office).select_related("client")
    rows = rows.order_by("-tax_year", "id")
    return office_list(request, "dossiers/schemes.html", YearFilter(request.GET), rows)


@require_safe
@member
def tax_cards(request: OfficeRequest) -> HttpResponse:
    rows = TaxCard.objects.filter(office=request.office).select_related("client")
    rows = rows.order_by("-tax_year", "id")
    return office_list(request, "dossiers/cards.html", YearFilter(request.GET), rows)


@require_safe
@member
def responsibilities(request: OfficeRequest) -> HttpResponse:
    rows = Responsibility.objects.filter(office=request.office).select_related("client")
    rows = rows.order_by("staff_email", "id")
    return office_list(request, "dossiers/responsibilities.html", RecordFilter(request.GET), rows)
