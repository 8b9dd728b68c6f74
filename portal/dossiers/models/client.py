"""Clients, and the ids by which each source knows them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now, NullIf
from django.utils.translation import gettext_lazy as _

from portal.dossiers.models.origin import Migration, Source
from portal.ids import uuid7
from portal.office.models import Office


class ClientKind(models.TextChoices):
    PERSON = "person", _("particulier")
    BUSINESS = "business", _("onderneming")


class Client(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="clients", db_index=False)
    client_number = models.CharField(_("klantnummer"), max_length=32)
    kind = models.CharField(_("soort"), max_length=10, choices=ClientKind)
    name = models.CharField(_("naam"), max_length=200)
    initials = models.CharField(_("voorletters"), max_length=50, blank=True, db_default="")
    name_prefix = models.CharField(_("voorvoegsel"), max_length=50, blank=True, db_default="")
    bsn = models.CharField("BSN", max_length=9, blank=True, db_default="")
    rsin = models.CharField("RSIN", max_length=9, blank=True, db_default="")
    sequence = models.IntegerField(_("volgnummer"), default=1, db_default=1)
    identity_number = models.GeneratedField(
        expression=Coalesce(NullIf(F("rsin"), Value("")), NullIf(F("bsn"), Value(""))),
        output_field=models.CharField(max_length=9, null=True),
        db_persist=True,
    )
    trade_register_number = models.CharField(_("KvK-nummer"), max_length=8, blank=True, db_default="")
    vat_id = models.CharField(_("btw-id"), max_length=20, blank=True, db_default="")
    vat_return_number = models.CharField(_("omzetbelastingnummer"), max_length=20, blank=True, db_default="")
    payroll_tax_number = models.CharField(_("loonheffingennummer"), max_length=20, blank=True, db_default="")
    date_of_birth = models.DateField(_("geboortedatum"), null=True, blank=True)
    email = models.CharField(_("e-mailadres"), max_length=254, blank=True, db_default="")
    phone = models.CharField(_("telefoon"), max_length=50, blank=True, db_default="")
    street = models.CharField(_("straat"), max_length=200, blank=True, db_default="")
    house_number = models.CharField(_("huisnummer"), max_length=20, blank=True, db_default="")
    addition = models.CharField(_("toevoeging"), max_length=20, blank=True, db_default="")
    postcode = models.CharField(_("postcode"), max_length=20, blank=True, db_default="")
    city = models.CharField(_("plaats"), max_length=100, blank=True, db_default="")
    country = models.CharField(_("land"), max_length=2, blank=True, db_default="")
    partner = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fiscale partner"),
        db_index=False,
        db_constraint=False,  # (office, partner) is one
    )
    active = models.BooleanField(_("actief"), default=True, db_default=True)
    client_until = models.DateField(_("klant tot"), null=True, blank=True)
    created_in = models.ForeignKey(Migration, on_delete=models.PROTECT, related_name="+")
    updated_in = models.ForeignKey(
        Migration, on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    edited_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("klant")
        verbose_name_plural = _("klanten")
        ordering = ("name", "id")
        indexes = (
            models.Index(name="client_office_name", fields=("office", "name", "id")),
            models.Index(name="client_partner", fields=("partner",), condition=Q(partner__isnull=False)),
            models.Index(
                name="client_identity",
                fields=("office", "identity_number"),
                condition=Q(identity_number__isnull=False),
            ),
        )
        constraints = (
            # what (office, client) of every imported record refers to
            models.UniqueConstraint(name="client_of_office", fields=("office", "id")),
            models.CheckConstraint(name="client_kind_known", condition=Q(kind__in=ClientKind.values)),
            models.CheckConstraint(
                name="client_bsn_9_digits", condition=Q(bsn="") | Q(bsn__regex=r"^[0-9]{9}$")
            ),
            models.CheckConstraint(
                name="client_rsin_9_digits", condition=Q(rsin="") | Q(rsin__regex=r"^[0-9]{9}$")
            ),
            models.CheckConstraint(name="client_not_own_partner", condition=~Q(partner=F("id"))),
        )

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """`J. de Boer` for a person, the name itself for a business."""
        if self.kind == ClientKind.BUSINESS:
            return self.name
        return " ".join(part for part in (self.initials, self.name_prefix, self.name) if part)

    @property
    def masked_identity_number(self) -> str:
        """Only the last three digits: enough to tell two clients apart on a page."""
        number: str = self.rsin or self.bsn
        return f"******{number[-3:]}" if number else ""


class ClientSource(models.Model):
    """By which id a source knows a client, and what it last said of it.

    `partner_key` is the partner's id in the same source; the partner may come in a later file.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="source_ids")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+", db_index=False)
    record_key = models.CharField(max_length=64, db_collation="C")
    partner_key = models.CharField(max_length=64, blank=True, db_default="", db_collation="C")
    content_hash = models.BinaryField()
    created_in = models.ForeignKey(Migration, on_delete=models.PROTECT, related_name="+")
    updated_in = models.ForeignKey(
        Migration, on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )

    class Meta:
        verbose_name = _("klant bij een bron")
        verbose_name_plural = _("klanten bij bronnen")
        constraints = (
            models.UniqueConstraint(name="client_source_known_once", fields=("source", "record_key")),
        )

    def __str__(self) -> str:
        return self.record_key
