"""Tax returns: imported locked, unlocked by a person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.dossiers.models.document import Document
from portal.dossiers.models.record import ImportedRecord
from portal.office.models import Tax, User


class Variant(models.TextChoices):
    RETURN = "return", _("aangifte")
    SUPPLEMENT = "supplement", _("suppletie")
    PROVISIONAL = "provisional", _("voorlopige aangifte")


class ReturnStatus(models.TextChoices):
    READY_MIGRATED = "ready_migrated", _("Gereed/gemigreerd")
    UNLOCKED = "unlocked", _("Ontgrendeld")


class TaxReturn(ImportedRecord):
    """A return as the desktop left it. `amount` in euro: payable above zero, refund below."""

    tax = models.CharField(_("product"), max_length=10, choices=Tax)
    tax_year = models.PositiveSmallIntegerField(_("aangiftejaar"))
    period = models.CharField(_("tijdvak"), max_length=21)
    period_start = models.DateField(_("begin van het tijdvak"))
    period_end = models.DateField(_("einde van het tijdvak"))
    variant = models.CharField(max_length=12, choices=Variant)
    status = models.CharField(
        _("status"), max_length=16, choices=ReturnStatus, db_default=ReturnStatus.READY_MIGRATED
    )
    original_status = models.CharField(_("status in de desktop"), max_length=200, blank=True, db_default="")
    submitted_at = models.DateTimeField(_("verzonden"), null=True)
    modified_at = models.DateTimeField(_("gewijzigd in de desktop"), null=True)
    amount = models.DecimalField(_("bedrag"), max_digits=17, decimal_places=2, null=True)
    product = models.CharField(_("programma"), max_length=40)
    product_year = models.PositiveSmallIntegerField(null=True)
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,  # (office, document) is one
    )
    unlocked_at = models.DateTimeField(_("ontgrendeld"), null=True)
    unlocked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("aangifte")
        verbose_name_plural = _("aangiften")
        indexes = (
            models.Index(name="return_client", fields=("client", "tax", "tax_year")),
            models.Index(name="return_document", fields=("document",), condition=Q(document__isnull=False)),
            # few are: an index of all would hold two million empty entries
            models.Index(
                name="return_unlocked_by", fields=("unlocked_by",), condition=Q(unlocked_by__isnull=False)
            ),
            models.Index(name="return_list", fields=("office", "-tax_year", "tax", "id")),
        )
        constraints = (
            models.UniqueConstraint(name="return_known_once", fields=("source", "record_key")),
            models.CheckConstraint(name="return_tax_known", condition=Q(tax__in=Tax.values)),
            models.CheckConstraint(name="return_variant_known", condition=Q(variant__in=Variant.values)),
            models.CheckConstraint(
                name="return_period_ordered", condition=Q(period_start__lte=F("period_end"))
            ),
            # an import leaves alone what was edited; an unlocked return must therefore say it was
            models.CheckConstraint(
                name="return_unlocked_is_edited",
                condition=Q(status=ReturnStatus.READY_MIGRATED)
                | Q(
                    status=ReturnStatus.UNLOCKED,
                    unlocked_at__isnull=False,
                    unlocked_by__isnull=False,
                    edited_at__isnull=False,
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_tax_display()} {self.period}"

    @property
    def is_locked(self) -> bool:
        return self.status == ReturnStatus.READY_MIGRATED

    @property
    def program(self) -> str:
        """`VpbWin2018 (Classic)`, as the Migratie Tool shows it."""
        return f"{self.product}{self.product_year or ''} ({self.source.get_kind_display()})"
