"""Traces and mails about somebody's own account: what was changed, and a login from something new."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.ids import uuid7
from portal.office import audit
from portal.office.models import Office, User
from portal.office.outbox import queue_mail

# allauth's name of an occasion -> what the trail and the mail call it
CHANGES = {
    "password_changed": ("user.password_changed", gettext_lazy("Uw wachtwoord is gewijzigd")),
    "password_reset": ("user.password_reset", gettext_lazy("Uw wachtwoord is opnieuw ingesteld")),
    "totp_activated": (
        "user.app_added",
        gettext_lazy("Er is een authenticator-app aan uw account gekoppeld"),
    ),
    "totp_deactivated": (
        "user.app_removed",
        gettext_lazy("De authenticator-app is van uw account losgekoppeld"),
    ),
    "webauthn_added": ("user.passkey_added", gettext_lazy("Er is een passkey aan uw account toegevoegd")),
    "webauthn_removed": ("user.passkey_removed", gettext_lazy("Er is een passkey van uw account verwijderd")),
    "recovery_codes_generated": (
        "user.recovery_codes_renewed",
        gettext_lazy("Er zijn nieuwe herstelcodes voor uw account gemaakt"),
    ),
    "email_changed": ("user.email_changed", gettext_lazy("Uw e-mailadres bij Nextens is gewijzigd")),
}


def office_of(user: User) -> Office | None:
    membership = getattr(user, "membership", None)
    return membership.office if membership else None


def account_changed(user: User, occasion: str, *, recipient: str | None = None) -> None:
    """Leave a trace of one of CHANGES, and tell the owner, who may not have done it."""
    act, subject = CHANGES[occasion]
    audit.record(act, office=office_of(user), by=user, target=user)
    queue_mail(
        kind="account_changed",
        office=office_of(user),
        recipient=recipient or user.email,
        dedupe_key=f"account_changed:{uuid7()}",
        subject=str(subject),
        context={},
    )


def new_login(user: User, *, browser: str, address: str, at: str) -> None:
    """Tell the owner of a login in a browser that was not used before; `at` in ISO 8601."""
    queue_mail(
        kind="new_login",
        office=office_of(user),
        recipient=user.email,
        dedupe_key=f"new_login:{uuid7()}",
        subject=_("Er is ingelogd vanaf een nieuw apparaat"),
        context={"browser": browser, "address": address, "at": datetime.fromisoformat(at)},
    )
