"""What a return's document says, as far as a page can show it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator

from portal import xbrl
from portal.dossiers.documents import DocumentUnreadable, read_document
from portal.dossiers.models import Document

logger = logging.getLogger(__name__)

FACTS_A_PAGE = 250
# read while somebody waits; the largest official messages have a tenth of it
_LIMITS = xbrl.Limits(max_bytes=1024**2, max_facts=20_000, max_elements=50_000)
_XML = frozenset({"application/xbrl+xml", "application/xml"})


@dataclass(frozen=True)
class Contents:
    """`problem`, if any, is why nothing is shown: `other-kind`, `unreadable`, `too-large` or `lost`."""

    problem: str = ""
    title: str = ""
    taxpayers: tuple[xbrl.Taxpayer, ...] = ()
    period: xbrl.Days | None = None
    sections: list[xbrl.Section] = field(default_factory=list)
    page: Page[xbrl.Fact] | None = None


def contents_of(document: Document, page_number: str | None) -> Contents:
    """The facts of an XBRL message, the asked 250 of them or the nearest."""
    if document.media_type not in _XML:
        return Contents("other-kind")
    if document.size > _LIMITS.max_bytes:
        return Contents("too-large")
    try:
        instance = xbrl.read_instance(read_document(document), _LIMITS)
    except DocumentUnreadable:
        logger.exception("document %s cannot be read", document.pk)
        return Contents("lost")
    except xbrl.TooLarge:
        return Contents("too-large")
    except xbrl.XbrlError:
        # plain XML is something else (a payroll tax return), not a broken message
        return Contents("unreadable" if document.media_type == "application/xbrl+xml" else "other-kind")
    return _shown(instance, page_number)


def _shown(instance: xbrl.Instance, page_number: str | None) -> Contents:
    message = xbrl.kind(instance)
    page = Paginator(instance.facts, FACTS_A_PAGE).get_page(page_number)
    return Contents(
        title=message.title if message else "",
        taxpayers=xbrl.taxpayers(instance),
        period=xbrl.period(instance),
        sections=xbrl.readable(instance, list(page.object_list)),
        page=page,
    )
