"""Sessions that know whose they are, and that end when nothing was done for settings.SESSION_COOKIE_AGE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac

from portal.office.models import LoginSession, User

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

# a session is not written for every request
GRAIN = timedelta(minutes=1)
ORIGIN = "portal.origin"
# set at the login of somebody who may see all offices
SHORT = "portal.short"


class SessionStore(DatabaseStore):
    """The engine that Django finds by its name in settings.SESSION_ENGINE."""

    ends_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        return LoginSession

    def _get_new_session_key(self) -> str:
        # 165 random bits are not asked whether they exist: storing them twice is refused anyhow
        return get_random_string(32, VALID_KEY_CHARS)

    def load(self) -> dict[str, Any]:
        # of Django's own engine, whose hints leave it out
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        self.ends_at = row.expire_date if row else None
        return self.decode(row.session_data) if row else {}

    def get_session_cookie_age(self) -> int:
        """Counted from what somebody did last."""
        return _age(self)

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        row = super().create_model_instance(data)
        assert isinstance(row, LoginSession)  # noqa: S101  # by get_model_class
        origin = data.get(ORIGIN, {})
        row.user_id = data.get(SESSION_KEY)
        row.address, row.browser = origin.get("address"), origin.get("browser", "")
        row.started_at = datetime.fromisoformat(origin["at"]) if origin else None
        self.ends_at = row.expire_date
        return row

    def prolong(self) -> None:
        """Begin the time anew, and touch nothing else of the row."""
        ends_at = self.get_expiry_date()
        if self.ends_at and ends_at - self.ends_at > GRAIN:
            LoginSession.objects.filter(pk=self.session_key).update(expire_date=ends_at)
            self.ends_at = ends_at

    def seconds_left(self) -> int:
        """Until the session ends; the whole time for one that is not stored yet."""
        if self.ends_at is None:
            return self.get_session_cookie_age()
        return max(0, int((self.ends_at - timezone.now()).total_seconds()))


class SlidingSession:
    """What somebody does prolongs the session; what a page asks by itself does not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> None:
        # asked here, before the body is read: an upload may take longer than the session
        if request.user.is_authenticated and not getattr(view, "unprolonged", False):
            session = request.session
            if isinstance(session, SessionStore):
                session.prolong()


def unprolonged(view: V) -> V:
    """Mark a view that pages ask by themselves: it prolongs no session. Outermost of the decorators."""
    view.unprolonged = True  # type: ignore[attr-defined]  # read by SlidingSession
    return view


def last_seen(session: LoginSession) -> datetime:
    """When it was last used, to the minute."""
    return session.expire_date - timedelta(seconds=_age(SessionStore().decode(session.session_data)))


def _age(session: Mapping[str, Any] | SessionStore) -> int:
    age: int = settings.ADMIN_SESSION_SECONDS if session.get(SHORT) else settings.SESSION_COOKIE_AGE
    return age


def handle(session_key: str) -> str:
    """Names a session in a page; the key itself would be a way in."""
    return salted_hmac("portal.office.sessions", session_key, algorithm="sha256").hexdigest()[:32]


def own_sessions(user: User) -> list[LoginSession]:
    """Those that have not ended, the last used first."""
    return list(user.sessions.filter(expire_date__gt=timezone.now()).order_by("-expire_date"))


def end(user: User, named: str | None = None, *, but: str | None = None) -> int:
    """End the session of that handle, or all of them, except the one with the key `but`; returns how many."""
    keys = [row.pk for row in own_sessions(user) if row.pk != but and named in {None, handle(row.pk)}]
    return LoginSession.objects.filter(pk__in=keys).delete()[0]
