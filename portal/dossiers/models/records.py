"""The other kinds of record: messages, extension schemes, tax cards, responsibilities."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.dossiers.models.document import Document
from portal.dossiers.models.record import ImportedRecord


class Message(models.TextChoices):
    SBA = "SBA", _("Servicebericht aanslag")
    SBU = "SBU", _("Servicebericht uitstel")
    SBT = "SBT", _("Servicebericht toeslagen")


class MessageStatus(models.TextChoices):
    """Values are the words of the migration file."""

    UNOPENED = "Ongeopend", _("Ongeopend")
    TO_PROCESS = "Te verwerken", _("Te verwerken")
    OBJECTION_APPEAL = "Bezwaar en Beroep", _("Bezwaar en Beroep")
    AGREED = "Akkoord", _("Akkoord")
    ARCHIVED = "Archief", _("Archief")


class AssessmentMessage(ImportedRecord):
    message = models.CharField(_("soort"), max_length=3, choices=Message)
    tax = models.CharField(_("belasting"), max_length=20, blank=True, db_default="")
    tax_year = models.PositiveSmallIntegerField(_("jaar"), null=True)
    assessment_number = models.CharField(_("aanslagnummer"), max_length=64, blank=True, db_default="")
    assessment_date = models.DateField(_("dagtekening"), null=True)
    objection_deadline = models.DateField(_("uiterste datum bezwaar"), null=True)
    amount = models.DecimalField(_("bedrag"), max_digits=17, decimal_places=2, null=True)
    status = models.CharField(_("status"), max_length=20, choices=MessageStatus)
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,  # (office, document) is one
    )

    class Meta:
        verbose_name = _("servicebericht")
        verbose_name_plural = _("serviceberichten")
        indexes = (
            models.Index(name="message_client", fields=("client",)),
            models.Index(name="message_document", fields=("document",), condition=Q(document__isnull=False)),
            models.Index(name="message_list", fields=("office", "-assessment_date", "id")),
        )
        constraints = (
            models.UniqueConstraint(name="message_known_once", fields=("source", "record_key")),
            models.CheckConstraint(name="message_kind_known", condition=Q(message__in=Message.values)),
            models.CheckConstraint(name="message_status_known", condition=Q(status__in=MessageStatus.values)),
        )

    def __str__(self) -> str:
        return f"{self.message} {self.tax} {self.tax_year or ''}".strip()


class ExtensionScheme(ImportedRecord):
    tax = models.CharField(_("belasting"), max_length=3, choices=(("IB", "IB"), ("VPB", "VPB")))
    tax_year = models.PositiveSmallIntegerField(_("jaar"))
    status = models.CharField(_("status"), max_length=200, blank=True, db_default="")
    financial_year_start = models.DateField(_("begin boekjaar"), null=True)
    financial_year_end = models.DateField(_("einde boekjaar"), null=True)
    extended_until = models.DateField(_("uitstel tot"), null=True)

    class Meta:
        verbose_name = _("uitstelregeling")
        verbose_name_plural = _("uitstelregelingen")
        indexes = (
            models.Index(name="scheme_client", fields=("client",)),
            models.Index(name="scheme_list", fields=("office", "-tax_year", "id")),
        )
        constraints = (
            models.UniqueConstraint(name="scheme_known_once", fields=("source", "record_key")),
            models.CheckConstraint(name="scheme_tax_known", condition=Q(tax__in=("IB", "VPB"))),
        )

    def __str__(self) -> str:
        return f"{self.tax} {self.tax_year}"


class TaxCard(ImportedRecord):
    """`lines` is a list of `{"label": str, "value": str}`."""

    tax_year = models.PositiveSmallIntegerField(_("jaar"))
    title = models.CharField(_("titel"), max_length=200, blank=True, db_default="")
    lines = models.JSONField(default=list)
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,  # (office, document) is one
    )

    class Meta:
        verbose_name = _("fiscale kaart")
        verbose_name_plural = _("fiscale kaarten")
        indexes = (
            models.Index(name="card_client", fields=("client",)),
            models.Index(name="card_document", fields=("document",), condition=Q(document__isnull=False)),
            models.Index(name="card_list", fields=("office", "-tax_year", "id")),
        )
        constraints = (models.UniqueConstraint(name="card_known_once", fields=("source", "record_key")),)

    def __str__(self) -> str:
        return f"{self.title} {self.tax_year}".strip()


class Responsibility(ImportedRecord):
    """Who of the office looks after a client.

    `role`: relatiebeheerder, behandelaar, beoordelaar or free text.
    """

    staff_email = models.CharField(_("e-mailadres"), max_length=254)
    staff_name = models.CharField(_("medewerker"), max_length=200, blank=True, db_default="")
    role = models.CharField(_("rol"), max_length=100, blank=True, db_default="")

    class Meta:
        verbose_name = _("verantwoordelijkheid")
        verbose_name_plural = _("verantwoordelijkheden")
        indexes = (
            models.Index(name="responsibility_client", fields=("client",)),
            models.Index(name="responsibility_list", fields=("office", "staff_email", "id")),
        )
        constraints = (
            models.UniqueConstraint(name="responsibility_known_once", fields=("source", "record_key")),
        )

    def __str__(self) -> str:
        return self.staff_email
