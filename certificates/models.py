"""Certificates of an office; the private key only as sealed to the signing process."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models import Office, User


class Certificate(models.Model):
    """Names as in X.509. `serial_number` in upper-case hex, `fingerprint` SHA-256 in lower-case hex."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="certificates", verbose_name=_("kantoor")
    )
    subject = models.CharField(_("verleend aan"), max_length=500)
    issuer = models.CharField(_("uitgegeven door"), max_length=500)
    serial_number = models.CharField(_("serienummer"), max_length=64)
    fingerprint = models.CharField(_("SHA-256-vingerafdruk"), max_length=64)
    not_valid_before = models.DateTimeField(_("geldig vanaf"))
    not_valid_after = models.DateTimeField(_("geldig tot"))
    trade_register_number = models.CharField(_("handelsregisternummer"), max_length=8, blank=True)
    oin = models.CharField("OIN", max_length=20, blank=True)
    policy = models.CharField(_("policy"), max_length=60)
    certificate_der = models.BinaryField()
    chain_pem = models.TextField()
    sealed_key = models.BinaryField()
    is_active = models.BooleanField(_("actief"), default=False)
    revoked_at = models.DateTimeField(_("ingetrokken"), null=True)
    checked_at = models.DateTimeField(_("intrekking gecontroleerd"), null=True)
    check_tried_at = models.DateTimeField(_("laatste poging tot controle"), null=True)
    proven_at = models.DateTimeField(_("sleutel getest"), null=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("door"))
    created_at = models.DateTimeField(_("geüpload"), auto_now_add=True)

    class Meta:
        verbose_name = _("certificaat")
        verbose_name_plural = _("certificaten")
        ordering = ("-is_active", "-created_at")
        constraints = (
            models.UniqueConstraint(
                name="certificate_one_active_per_office", fields=("office",), condition=Q(is_active=True)
            ),
            models.UniqueConstraint(name="certificate_once_per_office", fields=("office", "fingerprint")),
            models.CheckConstraint(
                name="certificate_fingerprint_sha256", condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="certificate_dates_ordered", condition=Q(not_valid_before__lt=F("not_valid_after"))
            ),
            models.CheckConstraint(
                name="certificate_revoked_not_active",
                condition=Q(is_active=False) | Q(revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="certificate_trade_register_number",
                condition=Q(trade_register_number__regex=r"^([0-9]{8})?$"),
            ),
        )

    def __str__(self) -> str:
        return self.subject
