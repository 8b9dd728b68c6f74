"""Who asks /uploads/ for something, and what for: by session with its CSRF token, or by an API token."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from migrations_app.accepting import TICKED_KINDS
from migrations_app.forms import ImportTypeForm, chosen
from migrations_app.models import ImportType
from migrations_app.resumable import Choices, remembered
from portal.dossiers.models import MessageStatus
from portal.office import call_limits, throttle
from portal.office.access import SESSION_EXPIRED
from portal.office.models import Office, Scope, User
from portal.office.tokens import find_token, note_use

_KEYWORD = "bearer"
_METADATA_LENGTH = 4096
# only of these would the CSRF check read the body
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Refused(Exception):
    """The answer is `status`, with a Dutch sentence when somebody is to read it.

    `retry_after`: in so many seconds the same request may do better.
    """

    def __init__(self, status: int, sentence: str = "", *, retry_after: int | None = None) -> None:
        super().__init__(status)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after


@dataclass(frozen=True)
class Asking:
    """Whose request this is."""

    office: Office
    user: User
    by_session: bool


def read_asking(request: HttpRequest, *, anew: bool = False) -> Asking:
    """Raises Refused (401, 403, 429), or Http404 for people of no office. A token goes before a session.

    `anew` asks once more who is logged in, in the midst of a request, which counts as one.
    """
    keyword, _space, plain = request.headers.get("Authorization", "").partition(" ")
    if keyword.lower() == _KEYWORD:
        return _by_token(request, plain, is_counted=not anew)
    return _by_session(request, get_user(request) if anew else request.user)


def read_metadata(header: str) -> dict[str, str]:
    """`key Base64,key Base64,…` as text. Raises Refused."""
    if len(header) > _METADATA_LENGTH:
        raise Refused(413)
    pairs = (pair.strip().partition(" ") for pair in header.split(",") if pair.strip())
    try:
        return {key: base64.b64decode(text, validate=True).decode() for key, _space, text in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(422) from None


def read_choices(asking: Asking, metadata: dict[str, str]) -> Choices:
    """What the wizard asked; a program says it as metadata, and everything is its default. Raises Refused."""
    if asking.by_session:
        choices = remembered(office=asking.office, user=asking.user)
        if choices is None:
            raise Refused(422, _("Kies eerst wat u wilt migreren."))
        return choices
    kinds = metadata.get("kinds", ",".join(TICKED_KINDS))
    form = ImportTypeForm(
        {
            "import_type": metadata.get("import_type", ImportType.COMBINED),
            "kinds": [kind for kind in kinds.split(",") if kind],
            "message_status": metadata.get("message_status", MessageStatus.UNOPENED),
        }
    )
    if not form.is_valid():
        raise Refused(422, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return chosen(form)


def _by_token(request: HttpRequest, plain: str, *, is_counted: bool) -> Asking:
    token = find_token(plain)
    if token is None:
        if not call_limits.may_try_a_token(throttle.network(get_adapter().get_client_ip(request))):
            raise _too_many_calls()
        raise Refused(401, _("Dit token is niet geldig."))
    if is_counted and not call_limits.may_upload(token):
        raise _too_many_calls()
    note_use(token)
    if Scope.MIGRATIONS_WRITE not in token.scopes:
        raise Refused(403, _("Met dit token mag u geen migratiebestanden uploaden."))
    return Asking(token.office, token.created_by, by_session=False)


def _too_many_calls() -> Refused:
    sentence = _("Er komen te veel verzoeken. Probeer het over een minuut opnieuw.")
    return Refused(429, sentence, retry_after=call_limits.seconds_left())


def _by_session(request: HttpRequest, user: User | AnonymousUser) -> Asking:
    if not user.is_authenticated:
        raise Refused(401, str(SESSION_EXPIRED))
    membership = getattr(user, "membership", None)
    if membership is None:
        raise Http404
    if not _has_csrf_token(request):
        raise Refused(403, _("De pagina is verouderd. Ververs de pagina en probeer het opnieuw."))
    return Asking(membership.office, user, by_session=True)


def _has_csrf_token(request: HttpRequest) -> bool:
    """As Django's middleware asks it of every other view; reads no body of ours, which is no form's."""
    if request.method == "POST" and request.content_type in _FORMS:
        return False
    check = CsrfViewMiddleware(_nothing)
    check.process_request(request)
    # by no view's name, since that of the view says that it is exempt
    return check.process_view(request, _nothing, (), {}) is None


def _nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()
