"""What the endpoints of /api/v1/ share: for which office they work, what the token may, repeated calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.office import idempotency
from portal.office.models import ApiToken, Office, Scope, User
from portal.office.problems import Refusal

__all__ = ["OfficeEndpoint", "Refusal"]

M = TypeVar("M", bound=Model)
_SCOPE_MISSING = _("Dit token heeft dit recht niet.")


class OfficeEndpoint(APIView):
    """Works for the office of the token, which needs `scope`; None: any token will do.

    `scopes` names the methods that need another one.
    """

    scope: Scope | None = None
    scopes: dict[str, Scope] = {}

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        needed = self.needed_scope(request.method or "")
        if needed is not None and needed not in self.token.scopes:
            raise PermissionDenied(_SCOPE_MISSING, code="scope-missing")

    def needed_scope(self, method: str) -> Scope | None:
        """What a token must be allowed for this method."""
        return self.scopes.get(method, self.scope)

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

    def once(self, request: Request, act: Callable[[], Response]) -> Response:
        """The answer of `act`, done once for an `Idempotency-Key`."""
        return idempotency.once(request, self.office, act)
