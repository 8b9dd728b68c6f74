"""What rows held before a migration changed them, for as long as it can be undone."""

from __future__ import annotations

from django.db import models

from portal.dossiers.models.origin import Migration


class EarlierContent(models.Model):
    """The content of one row before `migration` changed it first.

    `kind` is the name of the row's model (`taxreturn`); `content` maps its columns (history.COLUMNS) to
    what `to_jsonb` makes of their values. Rows that the migration itself created have none.
    """

    pk = models.CompositePrimaryKey("migration", "kind", "row_id")
    migration = models.ForeignKey(Migration, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    row_id = models.UUIDField()
    content = models.JSONField()

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"
