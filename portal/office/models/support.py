"""What two Nextens administrators decide together."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models.people import User


class SecondStepReset(models.Model):
    """Somebody lost every second step: one administrator asks to remove it, another one agrees."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("gebruiker"))
    reason = models.CharField(_("reden"), max_length=200)
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("gevraagd door")
    )
    asked_at = models.DateTimeField(_("gevraagd"), auto_now_add=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("beslist door")
    )
    decided_at = models.DateTimeField(_("beslist"), null=True)
    agreed = models.BooleanField(_("akkoord"), null=True)

    class Meta:
        verbose_name = _("verzoek om tweestapsverificatie te verwijderen")
        verbose_name_plural = _("verzoeken om tweestapsverificatie te verwijderen")
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                name="reset_one_open_per_user", fields=("user",), condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                name="reset_decision_is_whole",
                condition=Q(decided_at=None, decided_by=None, agreed=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, agreed__isnull=False),
            ),
            # who asked may take the request back, never agree to it
            models.CheckConstraint(
                name="reset_needs_two_people",
                condition=~Q(agreed=True)
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user")) & ~Q(asked_by=F("user"))),
            ),
        )

    def __str__(self) -> str:
        return str(self.user)
