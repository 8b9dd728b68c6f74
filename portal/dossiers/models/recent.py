"""Which returns a user opened last, for the home page."""

from __future__ import annotations

from django.db import models

from portal.dossiers.models.tax_return import TaxReturn
from portal.ids import uuid7
from portal.office.models import User


class RecentReturn(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    tax_return = models.ForeignKey(TaxReturn, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(name="recent_newest", fields=("user", "-opened_at")),)
        constraints = (models.UniqueConstraint(name="recent_once", fields=("user", "tax_return")),)

    def __str__(self) -> str:
        return f"{self.opened_at:%Y-%m-%d %H:%M}"
