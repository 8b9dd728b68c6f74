"""Bodies of calls that are JSON, or are refused as none."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ReadableJSON(JSONParser):
    """Says in one way, and in Dutch, that a body cannot be read; also of one that nests without end."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except (ParseError, RecursionError) as exc:
            raise ParseError(_("De aanvraag is geen leesbare JSON.")) from exc
