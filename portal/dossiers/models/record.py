"""What every imported record has in common."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portal.dossiers.models.client import Client
from portal.dossiers.models.origin import Migration, Source
from portal.ids import uuid7
from portal.office.models import Office


class ImportedRecord(models.Model):
    """A row known by (source, record_key).

    The database holds (office, client) as one foreign key, so that a record cannot name another office's
    client.
    `content_hash` is of the record as last imported; `edited_at` is set once a person changed or unlocked
    the row, after which no import touches it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # (office, client) is a foreign key, and the client's office is one: a third would check the same again
    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    client = models.ForeignKey(Client, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_key = models.CharField(max_length=64, db_collation="C")
    content_hash = models.BinaryField()
    created_in = models.ForeignKey(
        Migration, on_delete=models.PROTECT, related_name="+", verbose_name=_("herkomst")
    )
    updated_in = models.ForeignKey(
        Migration, on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    edited_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(_("gewijzigd"), db_default=Now())

    class Meta:
        abstract = True
