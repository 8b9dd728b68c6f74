"""What every page's template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from portal.office import menus
from portal.office.models import Membership
from portal.office.sessions import SessionStore
from portal.office.site import site

Marked = list[tuple[menus.MenuItem, str]]


def portal(request: HttpRequest) -> dict[str, object]:
    """Office and role of the visitor, the menus with the current item marked, and the support address.

    Also on pages that everybody may see and on error pages, which may come before the visitor is known.
    """
    membership = getattr(getattr(request, "user", None), "membership", None)
    return {
        "office": membership.office if membership else None,
        "membership": membership,
        "main_menu": _marked((*menus.MAIN, *menus.elsewhere(site())), request.path) if membership else [],
        "settings_menu": _marked(_open_to(membership), request.path) if membership else [],
        "support_email": settings.SUPPORT_EMAIL,
        "session_seconds": _session_seconds(request),
    }


def _open_to(membership: Membership) -> tuple[menus.MenuItem, ...]:
    return tuple(
        item for item in menus.SETTINGS if membership.is_administrator or not item.for_administrators
    )


def _marked(items: tuple[menus.MenuItem, ...], path: str) -> Marked:
    return [(item, item.current(path)) for item in items]


def _session_seconds(request: HttpRequest) -> int | None:
    """How long the visitor stays logged in; None for who is not."""
    user, session = getattr(request, "user", None), getattr(request, "session", None)
    if user is None or not user.is_authenticated or not isinstance(session, SessionStore):
        return None
    return session.seconds_left()
