"""Whether the whole queue stands still, and who said so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.office.models import User

ONLY = 1


class QueuePause(models.Model):
    """As long as its one row is there no worker begins an import; what runs goes on."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    paused_at = models.DateTimeField(_("sinds"), auto_now_add=True)
    paused_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("door")
    )

    class Meta:
        verbose_name = _("pauze van de wachtrij")
        verbose_name_plural = _("pauze van de wachtrij")
        constraints = (models.CheckConstraint(name="queue_pause_one_row", condition=Q(id=ONLY)),)

    def __str__(self) -> str:
        return str(self.paused_at)
