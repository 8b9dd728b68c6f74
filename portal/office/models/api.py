"""What the API remembers between calls: answers given, and how often somebody asked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from portal.ids import uuid7
from portal.office.models.office import Office


class IdempotentCall(models.Model):
    """A call that named a key: what was asked, and what was answered once it was done.

    `digest` is a keyed digest of the request, in hex. Without `status` the call is still being dealt with,
    since `taken_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    location = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="idempotent_key_once_per_office", fields=("office", "key")),
            models.CheckConstraint(
                name="idempotent_answer_is_whole",
                condition=Q(status__isnull=True, body__isnull=True)
                | Q(status__range=(200, 299), body__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class CallCount(models.Model):
    """How many calls somebody made in the minute that began at `minute`."""

    key = models.CharField(primary_key=True, max_length=64)
    minute = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key[:8]
