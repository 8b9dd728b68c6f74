"""What logging in leaves behind: attempts, sessions, invitations and addresses that wait to be confirmed."""

from __future__ import annotations

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.office.models.people import User


class LoginAttempts(models.Model):
    """One counter of the throttle. The key is a digest: a wrong name is often a password."""

    key = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField(db_index=True)
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key[:8]


class LoginSession(AbstractBaseSession):
    """Django's session row, and whose it is: so that somebody's sessions can be listed and ended."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    address = models.GenericIPAddressField(null=True)
    browser = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.browser} {self.started_at:%Y-%m-%d %H:%M}" if self.started_at else "-"


class Invitation(models.Model):
    """A one-time link with which somebody who was invited sets a password; only its digest is kept."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.user)


class EmailChange(models.Model):
    """A new address that counts once both the old and the new one have confirmed it by their links."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="email_change")
    new_email = models.EmailField(_("nieuw e-mailadres"))
    old_digest = models.CharField(max_length=64, unique=True)
    new_digest = models.CharField(max_length=64, unique=True)
    old_confirmed_at = models.DateTimeField(null=True)
    new_confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="email_change_lower_case", condition=Q(new_email=Lower(F("new_email")))
            ),
        )

    def __str__(self) -> str:
        return str(self.user)
