"""One-time links with which somebody sets a password. The portal never sends or shows a password."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from portal.office.models import User
from portal.office.outbox import queue_mail


def password_link(user: User) -> str:
    """An absolute address that works once, for settings.PASSWORD_RESET_TIMEOUT seconds."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.PORTAL_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def send_password_link(user: User) -> None:
    """Mail a one-time link to the user's own address."""
    membership = getattr(user, "membership", None)
    url = password_link(user)
    queue_mail(
        kind="password_reset",
        office=membership.office if membership else None,
        recipient=user.email,
        # a digest, because the link itself is a secret until it is used
        dedupe_key=f"password_reset:{salted_hmac('password_reset', url).hexdigest()}",
        subject=_("Stel een nieuw wachtwoord in voor Nextens"),
        context={"url": url, "until": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)},
    )
