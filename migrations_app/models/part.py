"""A part of a migration file, and how far its import came."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.job import MigrationJob
from portal.dossiers.models import SourceKind
from portal.ids import uuid7


class PartKind(models.TextChoices):
    CLIENTS = "clients", _("Klanten")
    RETURNS = "returns", _("Aangiftes")
    ASSESSMENT_MESSAGES = "assessment_messages", _("Serviceberichten")
    EXTENSION_SCHEMES = "extension_schemes", _("Uitstelregelingen")
    TAX_CARDS = "tax_cards", _("Fiscale kaarten")
    RESPONSIBILITIES = "responsibilities", _("Verantwoordelijkheden")


class Part(models.Model):
    """The checkpoint of an import: every record up to the physical line `last_line` has its outcome.

    `done` counts those records; empty lines are none. `trying_first` to `trying_last` are the lines that a
    worker took upon itself beyond it because workers died there, `tries` of them with this one; 0 is none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.ForeignKey(MigrationJob, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    path = models.CharField(max_length=1024)
    kind = models.CharField(max_length=20, choices=PartKind)
    source_uuid = models.UUIDField()
    source_kind = models.CharField(max_length=10, choices=SourceKind)
    product = models.CharField(max_length=40, blank=True)
    product_year = models.PositiveSmallIntegerField(null=True)
    announced = models.PositiveIntegerField(_("aangekondigd"))
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    done = models.GeneratedField(
        expression=F("created") + F("updated") + F("unchanged") + F("skipped") + F("rejected"),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    last_line = models.PositiveIntegerField(default=0)
    is_closed = models.BooleanField(default=False)
    trying_first = models.PositiveIntegerField(default=0, db_default=0)
    trying_last = models.PositiveIntegerField(default=0, db_default=0)
    tries = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        verbose_name = _("onderdeel")
        verbose_name_plural = _("onderdelen")
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(name="part_position_once", fields=("job", "position")),
            models.UniqueConstraint(name="part_path_once", fields=("job", "path")),
            models.CheckConstraint(name="part_kind_known", condition=Q(kind__in=PartKind.values)),
            models.CheckConstraint(
                name="part_tries_lines_in_order", condition=Q(trying_first__lte=F("trying_last"))
            ),
            # the numbers close: no more outcomes than records, and as many once the part is closed
            models.CheckConstraint(
                name="part_outcomes_within_announced",
                condition=Q(
                    announced__gte=F("created") + F("updated") + F("unchanged") + F("skipped") + F("rejected")
                ),
            ),
            models.CheckConstraint(
                name="part_closed_closes",
                condition=Q(is_closed=False)
                | Q(announced=F("created") + F("updated") + F("unchanged") + F("skipped") + F("rejected")),
            ),
        )

    def __str__(self) -> str:
        return self.path

    @property
    def migrated(self) -> int:
        """What the pages call `Gemigreerd`."""
        return self.created + self.updated + self.unchanged

    @property
    def product_name(self) -> str:
        """`BtwWin2016 (Classic)`, as the Migratie Tool shows it; the kind's label without a product."""
        if not self.product:
            return self.get_kind_display()
        return f"{self.product}{self.product_year or ''} ({self.get_source_kind_display()})"
