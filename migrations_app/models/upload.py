"""An upload that may come in pieces, until it is whole and a job has its file."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.job import ImportType, MigrationJob
from portal.dossiers.models import MessageStatus
from portal.ids import uuid7
from portal.office.models import Office, User


class Upload(models.Model):
    """`offset` plain bytes are kept for good: whole frames in the spool, `tail` what comes after them.

    Its id becomes the job's, for which spool and key are sealed from the first byte on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    file_name = models.CharField(max_length=255)
    metadata = models.TextField(blank=True)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    tail = models.BinaryField(default=b"")
    wrapped_key = models.BinaryField(null=True)
    import_type = models.CharField(max_length=20, choices=ImportType)
    selected_kinds = ArrayField(models.CharField(max_length=20), default=list)
    default_message_status = models.CharField(max_length=20, choices=MessageStatus)
    ask_if_known = models.BooleanField(default=False)
    job = models.OneToOneField(MigrationJob, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ("-created_at",)
        indexes = (models.Index(name="upload_expires", fields=("expires_at",)),)
        constraints = (
            models.CheckConstraint(
                name="upload_offset_within_length",
                condition=Q(length__gt=0, offset__gte=0, offset__lte=F("length")),
            ),
            models.CheckConstraint(
                name="upload_whole_is_a_job",
                condition=Q(job=None, offset__lt=F("length")) | Q(job__isnull=False, offset=F("length")),
            ),
            models.CheckConstraint(name="upload_job_has_its_id", condition=Q(job=None) | Q(job=F("id"))),
            models.CheckConstraint(
                name="upload_key_until_it_is_a_job",
                condition=Q(job=None, wrapped_key__isnull=False)
                | Q(job__isnull=False, wrapped_key=None, tail=b""),
            ),
            models.CheckConstraint(
                name="upload_import_type_known", condition=Q(import_type__in=ImportType.values)
            ),
            models.CheckConstraint(
                name="upload_expires_after_it_was_made", condition=Q(expires_at__gt=F("created_at"))
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
