"""An office: the tenant that everything else belongs to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models.taxes import Tax

eight_digits = RegexValidator(r"^[0-9]{8}\Z", _("Een KvK-nummer bestaat uit 8 cijfers."))
six_digits = RegexValidator(r"^[0-9]{6}\Z", _("Een beconnummer bestaat uit 6 cijfers."))


class Office(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("naam"), max_length=200)
    trade_register_number = models.CharField(
        _("KvK-nummer"), max_length=8, unique=True, validators=[eight_digits]
    )
    tax_consultant_number = models.CharField(
        _("beconnummer"), max_length=6, blank=True, validators=[six_digits]
    )
    is_active = models.BooleanField(_("actief"), default=True, db_default=True)
    mfa_required = models.BooleanField(_("tweestapsverificatie verplicht"), default=False, db_default=False)
    certificate_required = models.BooleanField(
        _("certificaat verplicht bij het uploaden"), default=True, db_default=True
    )
    taxes = ArrayField(
        models.CharField(max_length=10, choices=Tax), verbose_name=_("producten"), default=list, blank=True
    )
    upload_quota_mib = models.PositiveIntegerField(
        _("ruimte voor onvoltooide uploads (MiB)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Leeg: zoveel als elk ander kantoor."),
    )
    api_calls_per_minute = models.PositiveIntegerField(
        _("API-aanroepen per minuut en token"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Leeg: zoveel als elk ander kantoor."),
    )
    created_at = models.DateTimeField(_("gemaakt"), auto_now_add=True)

    class Meta:
        verbose_name = _("kantoor")
        verbose_name_plural = _("kantoren")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="office_trade_register_number_8_digits",
                condition=Q(trade_register_number__regex=r"^[0-9]{8}$"),
                violation_error_message=_("Een KvK-nummer bestaat uit 8 cijfers."),
            ),
            models.CheckConstraint(
                name="office_tax_consultant_number_6_digits",
                condition=Q(tax_consultant_number__regex=r"^([0-9]{6})?$"),
                violation_error_message=_("Een beconnummer bestaat uit 6 cijfers."),
            ),
            models.CheckConstraint(name="office_taxes_known", condition=Q(taxes__contained_by=Tax.values)),
        )

    def __str__(self) -> str:
        return self.name

    def accepted_numbers(self) -> frozenset[str]:
        """Trade register numbers that a migration file for this office may carry."""
        others = self.accepted_trade_register_numbers.values_list("number", flat=True)
        return frozenset({self.trade_register_number, *others})


class AcceptedTradeRegisterNumber(models.Model):
    """A number of a merger or sister company whose migration files the office may also upload."""

    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, related_name="accepted_trade_register_numbers"
    )
    number = models.CharField(_("KvK-nummer"), max_length=8, validators=[eight_digits])

    class Meta:
        verbose_name = _("geaccepteerd KvK-nummer")
        verbose_name_plural = _("geaccepteerde KvK-nummers")
        constraints = (
            models.UniqueConstraint(name="accepted_number_once_per_office", fields=("office", "number")),
            models.CheckConstraint(name="accepted_number_8_digits", condition=Q(number__regex=r"^[0-9]{8}$")),
        )

    def __str__(self) -> str:
        return self.number


class Weekday(models.IntegerChoices):
    """As `date.weekday()`."""

    MONDAY = 0, _("maandag")
    TUESDAY = 1, _("dinsdag")
    WEDNESDAY = 2, _("woensdag")
    THURSDAY = 3, _("donderdag")
    FRIDAY = 4, _("vrijdag")
    SATURDAY = 5, _("zaterdag")
    SUNDAY = 6, _("zondag")


class OpeningHours(models.Model):
    """Kantoortijd of one weekday, local time Europe/Amsterdam; a weekday without a row is closed all day."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("dag"), choices=Weekday)
    opens_at = models.TimeField(_("van"))
    closes_at = models.TimeField(_("tot"))

    class Meta:
        verbose_name = _("kantoortijd")
        verbose_name_plural = _("kantoortijden")
        ordering = ("weekday",)
        constraints = (
            models.UniqueConstraint(name="opening_hours_once_per_weekday", fields=("office", "weekday")),
            models.CheckConstraint(name="opening_hours_weekday_0_to_6", condition=Q(weekday__range=(0, 6))),
            models.CheckConstraint(
                name="opening_hours_open_before_close",
                condition=Q(opens_at__lt=F("closes_at")),
                violation_error_message=_("De eindtijd ligt na de begintijd."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"
