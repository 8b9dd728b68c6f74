"""/api/v1/: what other programs may ask, with a token of the office."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.office.models import ApiToken


class OfficeView(APIView):
    """For whom a token works and what it may be used for: a program's first question."""

    def get(self, request: Request) -> Response:
        token: ApiToken = request.auth  # type: ignore[assignment]  # as our own authentication sets it
        return Response(
            {
                "name": token.office.name,
                "trade_register_number": token.office.trade_register_number,
                "scopes": token.scopes,
            }
        )
