"""Where records come from: an installation at the office, by way of a migration."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models import Office


class SourceKind(models.TextChoices):
    CLASSIC = "classic", "Classic"
    DATABASE = "database", "Database"


class Source(models.Model):
    """A Classic installation (a PC) or a database; `source_uuid` is the same in every export of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="sources")
    source_uuid = models.UUIDField()
    kind = models.CharField(max_length=10, choices=SourceKind)
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("bron")
        verbose_name_plural = _("bronnen")
        constraints = (
            models.UniqueConstraint(name="source_once_per_office", fields=("office", "source_uuid")),
            models.CheckConstraint(name="source_kind_known", condition=Q(kind__in=SourceKind.values)),
        )

    def __str__(self) -> str:
        return f"{self.name or self.source_uuid} ({self.get_kind_display()})"


class Migration(models.Model):
    """The provenance that imported rows point at. Its id is that of the migration job that made it,
    which lives in an app this one must not know.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    reference = models.CharField(max_length=20)

    class Meta:
        verbose_name = _("herkomst")
        verbose_name_plural = _("herkomsten")

    def __str__(self) -> str:
        return self.reference
