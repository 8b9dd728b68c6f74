"""Documents to download, each by way of the record that names it."""

from __future__ import annotations

import logging
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.dossiers.documents import DocumentUnreadable, read_document
from portal.dossiers.models import AssessmentMessage, Document, TaxCard, TaxReturn
from portal.office import audit
from portal.office.access import member, own
from portal.office.http import OfficeRequest

logger = logging.getLogger(__name__)

R = TypeVar("R", TaxReturn, AssessmentMessage, TaxCard)
_ENDINGS = {"application/xbrl+xml": "xbrl", "application/xml": "xml", "application/pdf": "pdf"}


@require_safe
@member
def of_return(request: OfficeRequest, pk: UUID) -> HttpResponse:
    return _download(request, TaxReturn.objects.all(), pk)


@require_safe
@member
def of_message(request: OfficeRequest, pk: UUID) -> HttpResponse:
    return _download(request, AssessmentMessage.objects.all(), pk)


@require_safe
@member
def of_card(request: OfficeRequest, pk: UUID) -> HttpResponse:
    return _download(request, TaxCard.objects.all(), pk)


def _download(request: OfficeRequest, records: QuerySet[R], pk: UUID) -> HttpResponse:
    record = own(request, records.select_related("document__pack"), pk)
    if record.document is None:
        raise Http404
    try:
        data = read_document(record.document)
    except DocumentUnreadable:
        logger.exception("document %s cannot be read", record.document.pk)
        messages.error(request, _("Dit document kan niet worden gelezen. Neem contact op met support."))
        return redirect("client", record.client_id)
    audit.record("document.downloaded", office=request.office, by=request.user, target=record)
    return _attachment(data, record.document, str(record))


def _attachment(data: bytes, document: Document, title: str) -> HttpResponse:
    """To be saved, never shown by the browser: an XML file may bring its own scripts."""
    stem = "".join(sign if sign.isalnum() else "-" for sign in title) or "document"
    ending = _ENDINGS.get(document.media_type, "bin")
    return HttpResponse(
        data,
        content_type=document.media_type if ending != "bin" else "application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{stem}.{ending}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
