"""Finding clients: by name or client number, and by personal number, which never stands in an address."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.db.models.lookups import IContains

from portal.dossiers.models import Client

_MAX_WORDS = 6
_SEARCHED = Concat("initials", Value(" "), "name_prefix", Value(" "), "name", Value(" "), "client_number")
# nine digits or more, also as people space them: 111222333, 1112.22.333, 123456782B01
_NINE_DIGITS = re.compile(r"(?:[0-9][\s.\-]?){9}")
_SEPARATORS = re.compile(r"[\s.\-]")


def holds_personal_number(text: str) -> bool:
    """Whether `text` may hold a bsn or rsin: any nine digits count, the 11-test is not asked."""
    return _NINE_DIGITS.search(text) is not None


def by_name(clients: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Those in whose name or client number every word of `text` occurs, in any case and order."""
    for word in text.split()[:_MAX_WORDS]:
        clients = clients.filter(IContains(_SEARCHED, word))
    return clients


def by_number(clients: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Those with exactly this bsn, rsin, tax number or client number; nobody for an empty text."""
    plain = _SEPARATORS.sub("", text).upper()
    if not plain:
        return clients.none()
    return clients.filter(
        Q(bsn=plain)
        | Q(rsin=plain)
        | Q(vat_return_number=plain)
        | Q(payroll_tax_number=plain)
        | Q(client_number=text.strip())
    )
