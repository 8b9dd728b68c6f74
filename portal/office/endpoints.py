"""What the endpoints of /api/v1/ share: for which office they work, what the token may, how they refuse."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.office.models import ApiToken, Office, Scope, User

M = TypeVar("M", bound=Model)
_SCOPE_MISSING = _("Dit token heeft dit recht niet.")


class Refusal(APIException):
    """The act is refused: `field` names the field of the request that it is about, if any."""

    status_code = 400

    def __init__(self, code: str, message: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(message, code)
        self.field = field
        self.status_code = status


class OfficeEndpoint(APIView):
    """Works for the office of the token, which needs `scope`. Refuses with {"code", "message", "field"}."""

    scope: Scope

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        if self.scope not in self.token.scopes:
            raise PermissionDenied(_SCOPE_MISSING, code="scope-missing")

    @property
    def token(self) -> ApiToken:
        token: ApiToken = self.request.auth  # type: ignore[assignment]  # as our own authentication sets it
        return token

    @property
    def office(self) -> Office:
        return self.token.office

    @property
    def person(self) -> User:
        """Who made the token: traces name this person."""
        return self.token.created_by

    def own(self, source: type[M] | QuerySet[M], pk: UUID) -> M:
        """The object with this id when it is the office's own; else 404."""
        found: M = get_object_or_404(source, pk=pk, office=self.office)
        return found

    def handle_exception(self, exc: Exception) -> Response:
        """Anything that is no refusal goes on, and becomes the 500 of every other page."""
        response = super().handle_exception(exc)
        code = exc.get_codes() if isinstance(exc, APIException) else exc.__class__.__name__.lower()
        code = code if isinstance(code, str) else "invalid"
        response.data = {
            "code": {"http404": "not-found"}.get(code, code.replace("_", "-")),
            "message": str(response.data.get("detail", "")),
            "field": getattr(exc, "field", None),
        }
        return response
