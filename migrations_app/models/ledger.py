"""What became of the records: counts of all, a row for each that was not simply migrated."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.part import Part
from portal.ids import uuid7


class Outcome(models.TextChoices):
    CREATED = "created", _("Nieuw")
    UPDATED = "updated", _("Bijgewerkt")
    UNCHANGED = "unchanged", _("Ongewijzigd")
    SKIPPED = "skipped", _("Overgeslagen")
    REJECTED = "rejected", _("Mislukt")
    # beside an outcome, not one of its own
    WARNED = "warned", _("Waarschuwing")


class Tally(models.Model):
    """How many records of a part and tax year had an outcome, by code."""

    id = models.BigAutoField(primary_key=True)
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    outcome = models.CharField(max_length=10, choices=Outcome)
    code = models.CharField(max_length=40, blank=True)
    tax_year = models.PositiveSmallIntegerField(
        default=0, help_text="0: the record has none that could be read"
    )
    count = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="tally_once", fields=("part", "outcome", "code", "tax_year")),
            models.CheckConstraint(name="tally_outcome_known", condition=Q(outcome__in=Outcome.values)),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.code} {self.count}"


class LedgerEntry(models.Model):
    """A record that was skipped or rejected, or a warning about one.

    `line` is the record's place in its part, from 1 (0: the part as a whole). `expected` says what was
    expected of `field`; no value of a personal number is kept. `client_name` is kept where no row of the
    portal can tell it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="entries", db_index=False)
    line = models.PositiveIntegerField()
    outcome = models.CharField(
        max_length=10,
        choices=[(o.value, o.label) for o in (Outcome.SKIPPED, Outcome.REJECTED, Outcome.WARNED)],
    )
    code = models.CharField(max_length=40)
    record_key = models.CharField(max_length=64, blank=True)
    client_key = models.CharField(max_length=64, blank=True)
    tax = models.CharField(max_length=20, blank=True)
    tax_year = models.PositiveSmallIntegerField(null=True)
    field = models.CharField(max_length=60, blank=True)
    expected = models.CharField(max_length=200, blank=True)
    client_name = models.CharField(max_length=302, blank=True, db_default="")

    class Meta:
        verbose_name = _("regel van het verslag")
        verbose_name_plural = _("regels van het verslag")
        ordering = ("part", "line", "code")
        # a Tally is one run of this index: pages of a long report are found without counting or sorting
        indexes = (models.Index(name="ledger_tally", fields=("part", "code", "tax_year", "line")),)
        constraints = (
            models.UniqueConstraint(name="ledger_line_code_once", fields=("part", "line", "code")),
            models.CheckConstraint(
                name="ledger_outcome_known",
                condition=Q(outcome__in=(Outcome.SKIPPED, Outcome.REJECTED, Outcome.WARNED)),
            ),
            # a record has one outcome; beside it any number of warnings
            models.UniqueConstraint(
                name="ledger_one_outcome_per_record",
                fields=("part", "line"),
                condition=~Q(outcome=Outcome.WARNED),
            ),
        )

    def __str__(self) -> str:
        return f"{self.line} {self.code}"
