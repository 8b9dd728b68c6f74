"""Koppelingen: tokens with which another program works for an office."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models.office import Office
from portal.office.models.people import User


class Scope(models.TextChoices):
    """What a token may be used for."""

    CERTIFICATES = "certificates", _("Certificaten beheren")
    MIGRATIONS_WRITE = "migrations:write", _("Migratiebestanden uploaden")
    MIGRATIONS_READ = "migrations:read", _("Voortgang en verslagen van migraties lezen")


class ApiToken(models.Model):
    """A token as it can be recognised, never itself: `digest` is the SHA-256 of its secret, in hex."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="api_tokens", verbose_name=_("kantoor")
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("door"))
    name = models.CharField(_("naam"), max_length=100)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("rechten"))
    prefix = models.CharField(_("begin"), max_length=8, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("gemaakt"), auto_now_add=True)
    expires_at = models.DateTimeField(_("verloopt"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("laatst gebruikt"), null=True)
    revoked_at = models.DateTimeField(_("ingetrokken"), null=True)

    class Meta:
        verbose_name = _("API-token")
        verbose_name_plural = _("API-tokens")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(name="token_digest_sha256", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="token_scopes_known",
                condition=Q(scopes__len__gt=0, scopes__contained_by=Scope.values),
            ),
            models.CheckConstraint(
                name="token_expires_after_it_was_made",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("created_at")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    def works(self, now: dt.datetime) -> bool:
        """Neither revoked nor past its end at `now` (aware)."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def scope_names(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]
