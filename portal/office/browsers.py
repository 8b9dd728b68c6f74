"""Browsers in which somebody has logged in before: a signed cookie that opens nothing by itself.

It lets the throttle tell the owner of a name from who guesses at it, and says which logins are from something
new. One browser may be used by several people of an office.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE = "bekend"
_SALT = "portal.office.browsers"
_YEAR = 365 * 24 * 3600
_MOST_PEOPLE = 20


def known(request: HttpRequest, name: str) -> str | None:
    """The id of this browser when the owner of that name has logged in here; else None."""
    browser, people = _read(request)
    return browser if _mark(browser, name) in people else None


def remember(request: HttpRequest, response: HttpResponse, name: str) -> None:
    browser, people = _read(request)
    mark = _mark(browser, name)
    latest = [mark, *(other for other in people if other != mark)][:_MOST_PEOPLE]
    response.set_signed_cookie(
        COOKIE,
        ".".join((browser, *latest)),
        salt=_SALT,
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def describe(agent: str) -> str:
    """`Firefox op Windows`: what somebody recognises of a User-Agent; the order of the names matters."""
    browser = _first(agent, {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"})
    system = _first(
        agent,
        {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "macOS"}
        | {"Linux": "Linux"},
    )
    browser = browser or ("Safari" if "Safari" in agent else "")
    return " op ".join(part for part in (browser or "Onbekende browser", system) if part)


def _first(agent: str, names: dict[str, str]) -> str:
    return next((name for mark, name in names.items() if mark in agent), "")


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        value = request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=_YEAR) or ""
    except BadSignature:
        value = ""
    browser, *people = value.split(".")
    return browser or secrets.token_urlsafe(12), people


def _mark(browser: str, name: str) -> str:
    return salted_hmac(_SALT, f"{browser}\0{name.strip().lower()}").hexdigest()[:16]
