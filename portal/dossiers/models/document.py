"""Documents (XBRL, XML, PDF): many in one sealed pack of the file store, known by their content."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.dossiers.models.origin import Migration
from portal.ids import uuid7
from portal.office.models import Office


class DocumentPack(models.Model):
    """One object of the file store: documents one after another, each compressed and sealed by itself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    storage_name = models.CharField(max_length=200, unique=True)
    wrapped_key = models.BinaryField()
    size = models.BigIntegerField()
    created_in = models.ForeignKey(Migration, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.storage_name


class Document(models.Model):
    """A document of an office, once, however many records name it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    pack = models.ForeignKey(DocumentPack, on_delete=models.PROTECT, related_name="documents")
    offset = models.BigIntegerField()
    stored_size = models.BigIntegerField()
    sha256 = models.BinaryField()
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documenten")
        constraints = (
            models.UniqueConstraint(name="document_once_per_office", fields=("office", "sha256")),
            models.CheckConstraint(
                name="document_place_in_pack",
                condition=Q(offset__gte=0, stored_size__gt=0, size__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.media_type} {self.size}"
