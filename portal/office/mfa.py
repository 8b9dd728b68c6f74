"""The second step of the login: who must have it, and how its secrets are kept."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import qrcode
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.encoding import force_bytes
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.office.backends import MAIN_FACTORS
from portal.office.models import User

# pages that work for somebody who has yet to set up the second step
_OPEN = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "account_reauthenticate",
        "account_logout",
        "session_left",
        "session_stay",
        "help",
    }
)


def is_required(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Of Nextens administrators, and of the people of an office that says so; never in the demo."""
    if settings.DEMO or not isinstance(user, User):
        return False
    membership = getattr(user, "membership", None)
    return membership.office.mfa_required if membership else user.is_staff


class SecondStepRequired:
    """Leads somebody who must have a second step and has none to the page where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        user = request.user
        if not is_required(user) or getattr(user, "has_mfa", False):
            return None
        match = request.resolver_match
        return None if match and match.url_name in _OPEN else redirect("mfa_index")


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no hints
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("De code klopt niet."),
    }

    def is_mfa_enabled(self, user: Any, types: Sequence[str] | None = None) -> bool:
        # the login knows already
        if types and set(types) == set(MAIN_FACTORS) and hasattr(user, "has_mfa"):
            return bool(user.has_mfa)
        return bool(super().is_mfa_enabled(user, types))

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        return "Nextens"

    def build_totp_svg(self, url: str) -> str:
        return qr_svg(url)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Nextens"}


def qr_svg(text: str) -> str:
    """A QR code to stand in a page: one path, no style of its own, since the pages' CSP allows none."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    rows = code.get_matrix()
    dots = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return format_html(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}"><path d="{2}"/></svg>',
        len(rows),
        _("QR-code voor uw authenticator-app"),
        dots,
    )


def _fernet() -> MultiFernet:
    """Keys that follow from SECRET_KEY and its fallbacks, so that the database alone gives no secret away."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(key: str | bytes) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=b"portal.office.mfa").derive(force_bytes(key))
