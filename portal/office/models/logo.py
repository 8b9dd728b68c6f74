"""The picture of an office, as the portal itself wrote it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.office.models.office import Office
from portal.office.models.people import User


class OfficeLogo(models.Model):
    """`storage_name` is a PNG in the file store; width and height in pixels."""

    office = models.OneToOneField(Office, on_delete=models.CASCADE, primary_key=True, related_name="logo")
    storage_name = models.CharField(max_length=200, unique=True)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logo's")

    def __str__(self) -> str:
        return self.storage_name
