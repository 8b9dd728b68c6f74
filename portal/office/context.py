"""What every page's template may use."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from portal.office import menus
from portal.office.models import Membership

Marked = list[tuple[menus.MenuItem, str]]


def portal(request: HttpRequest) -> dict[str, object]:
    """Office and role of the visitor, the menus with the current item marked, and the support address.

    Also on pages that everybody may see and on error pages, which may come before the visitor is known.
    """
    membership = getattr(getattr(request, "user", None), "membership", None)
    return {
        "office": membership.office if membership else None,
        "membership": membership,
        "main_menu": _marked(menus.MAIN, request.path) if membership else [],
        "settings_menu": _marked(_open_to(membership), request.path) if membership else [],
        "support_email": settings.SUPPORT_EMAIL,
    }


def _open_to(membership: Membership) -> tuple[menus.MenuItem, ...]:
    return tuple(
        item for item in menus.SETTINGS if membership.is_administrator or not item.for_administrators
    )


def _marked(items: tuple[menus.MenuItem, ...], path: str) -> Marked:
    return [(item, item.current(path)) for item in items]
