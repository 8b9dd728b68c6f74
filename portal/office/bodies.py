"""Bodies of calls, which are read or are refused as unreadable: in one way, and in Dutch.

All are UTF-8: JSON has no other encoding (RFC 8259), and a form says another one only to break its reader.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

from django.core.exceptions import SuspiciousOperation
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, JSONParser, MultiPartParser

if TYPE_CHECKING:  # generic in the stubs only
    Parsed = DataAndFiles[Any, Any]
else:
    Parsed = DataAndFiles

_UTF8 = {"encoding": "utf-8"}


class ReadableJSON(JSONParser):
    """Neither what nests without end, nor half a character, which no answer and no row could hold."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            found = super().parse(stream, media_type, {**(parser_context or {}), **_UTF8})
            json.dumps(found, ensure_ascii=False).encode()
        except (ParseError, RecursionError, UnicodeEncodeError) as exc:
            raise ParseError(_("De aanvraag is geen leesbare JSON.")) from exc
        return found


class ReadableForm(MultiPartParser):
    """Nor one of more fields, files or text than Django reads."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Parsed:
        try:
            return super().parse(stream, media_type, {**(parser_context or {}), **_UTF8})
        except (ParseError, SuspiciousOperation) as exc:
            raise ParseError(_("De aanvraag is geen leesbaar formulier.")) from exc
