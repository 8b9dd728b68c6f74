"""What the pre-check foretells of a migration: counts of all records, a row for each to look at."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.job import MigrationJob
from migrations_app.models.ledger import Outcome
from migrations_app.models.part import Part

_EXPLAINED = (Outcome.REJECTED, Outcome.SKIPPED, Outcome.WARNED)
_OUTCOMES = (
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.SKIPPED,
    Outcome.REJECTED,
)


class Forecast(models.Model):
    """How many records of a part and tax year will have an outcome, if nothing changes before the import."""

    id = models.BigAutoField(primary_key=True)
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="forecasts", db_index=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    tax_year = models.PositiveSmallIntegerField(
        default=0, help_text="0: the record has none that could be read"
    )
    count = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="forecast_once", fields=("part", "outcome", "tax_year")),
            models.CheckConstraint(name="forecast_outcome_known", condition=Q(outcome__in=_OUTCOMES)),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.tax_year} {self.count}"


class Finding(models.Model):
    """A record that will be skipped or rejected, or a warning about one; its id tells its place in the file.

    Kept until the migration has ended, whose report then says what became of it. `client_name` is that of a
    client whom the portal does not know yet. No value of a personal number is kept.
    """

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(MigrationJob, on_delete=models.CASCADE, related_name="findings", db_index=False)
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="+", db_index=False)
    line = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=[(each.value, each.label) for each in _EXPLAINED])
    code = models.CharField(max_length=40)
    record_key = models.CharField(max_length=64, blank=True)
    client_key = models.CharField(max_length=64, blank=True)
    client_name = models.CharField(max_length=302, blank=True)
    tax = models.CharField(max_length=20, blank=True)
    tax_year = models.PositiveSmallIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True)
    expected = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("bevinding van de controle")
        verbose_name_plural = _("bevindingen van de controle")
        ordering = ("id",)
        indexes = (models.Index(name="finding_of_job", fields=("job", "outcome", "id")),)
        constraints = (
            models.UniqueConstraint(name="finding_line_code_once", fields=("part", "line", "code")),
            models.CheckConstraint(name="finding_outcome_known", condition=Q(outcome__in=_EXPLAINED)),
        )

    def __str__(self) -> str:
        return f"{self.line} {self.code}"
