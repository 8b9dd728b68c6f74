"""What was done, by whom: rows that the database lets nobody change."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models.office import Office
from portal.office.models.people import User


class AuditEvent(models.Model):
    """One act. Append-only: triggers refuse UPDATE, DELETE and TRUNCATE.

    With DATABASE_OWNER_URL the application's role has no right to them either (portal.run.grants).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("moment"), auto_now_add=True)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, null=True, related_name="audit_events", verbose_name=_("kantoor")
    )
    actor = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("door")
    )
    act = models.CharField(_("handeling"), max_length=60)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.UUIDField(null=True)
    facts = models.JSONField(_("feiten"), default=dict)

    class Meta:
        verbose_name = _("gebeurtenis")
        verbose_name_plural = _("gebeurtenissen")
        ordering = ("-at", "-id")
        indexes = (
            models.Index(name="audit_office_at", fields=("office", "-at")),
            # an office's own list, narrowed: by who did it, by what was done
            models.Index(name="audit_office_actor", fields=("office", "actor", "-at")),
            models.Index(name="audit_office_act", fields=("office", "act", "-at")),
            # the administration looks at all offices at once
            models.Index(name="audit_newest", fields=("-at", "-id")),
            models.Index(
                name="audit_target", fields=("target_id",), condition=models.Q(target_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.at:%Y-%m-%d %H:%M}"
