"""How a program that calls the API says for whom it works: `Authorization: Bearer nxt_…`."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from portal.office import call_limits, throttle
from portal.office.models import ApiToken, User
from portal.office.tokens import find_token, note_use

_KEYWORD = "Bearer"


class TokenAuthentication(BaseAuthentication):
    """Sets `request.user` to who made the token and `request.auth` to the ApiToken, whose office counts."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        keyword, _space, plain = get_authorization_header(request).partition(b" ")
        if keyword.lower() != _KEYWORD.lower().encode():
            return None
        token = find_token(plain.decode("latin-1"))
        if token is None:
            _count_wrong_token(request)
            raise AuthenticationFailed(_("Dit token is niet geldig."))
        note_use(token)
        return token.created_by, token

    def authenticate_header(self, request: Request) -> str:
        return _KEYWORD


def _count_wrong_token(request: Request) -> None:
    address = get_adapter().get_client_ip(request)
    if not call_limits.may_try_a_token(throttle.network(address)):
        raise Throttled(call_limits.seconds_left())
