"""Control totals: what the file holds per tax and year, beside what the database then holds of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.part import Part


class ControlTotal(models.Model):
    """Records and amounts of a part, for one tax and year (0: none that could be read).

    `file`: every record that could be read. `left`: those of them that were skipped or rejected. `database`:
    what was read back of those that were there before, as far as the file says it. `made`: what was read back
    of those that the migration made, when it ended; anew at the end of another attempt. Amounts in euro.
    """

    id = models.BigAutoField(primary_key=True)
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="controls", db_index=False)
    tax = models.CharField(max_length=20, blank=True)
    tax_year = models.PositiveSmallIntegerField(default=0)
    file_records = models.PositiveIntegerField(_("in het bestand"))
    file_amount = models.DecimalField(max_digits=24, decimal_places=2)
    left_records = models.PositiveIntegerField(_("niet overgenomen"))
    left_amount = models.DecimalField(max_digits=24, decimal_places=2)
    database_records = models.PositiveIntegerField(_("in Nextens"))
    database_amount = models.DecimalField(max_digits=24, decimal_places=2)
    made_records = models.PositiveIntegerField(default=0, db_default=0)
    made_amount = models.DecimalField(max_digits=24, decimal_places=2, default=0, db_default=0)

    class Meta:
        verbose_name = _("controletotaal")
        verbose_name_plural = _("controletotalen")
        constraints = (
            models.UniqueConstraint(name="control_once", fields=("part", "tax", "tax_year")),
            models.CheckConstraint(
                name="control_left_within_file", condition=Q(left_records__lte=F("file_records"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.tax} {self.tax_year or ''}".strip()
