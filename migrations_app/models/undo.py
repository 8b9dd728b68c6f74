"""Taking a migration back: the list made beforehand, how far it is, and what stayed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from migrations_app.models.job import MigrationJob, Status
from portal.ids import uuid7
from portal.office.models import User


class UndoState(models.TextChoices):
    PLANNING = "planning", _("De lijst wordt gemaakt")
    PLANNED = "planned", _("De lijst is klaar")
    APPROVED = "approved", _("Wacht op uitvoering")
    RUNNING = "running", _("Wordt ongedaan gemaakt")
    DONE = "done", _("Ongedaan gemaakt")


class Undo(models.Model):
    """The one undo of a job. Its checkpoint: `stage` is being worked on, up to the row `after`.

    The job is `undoing` only while this is RUNNING; `import_status` and `import_ended_at` are what the job
    said before. `attempts` counts claims since the last batch that was committed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    job = models.OneToOneField(MigrationJob, on_delete=models.CASCADE, related_name="undo")
    state = models.CharField(max_length=10, choices=UndoState, default=UndoState.PLANNING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("door"))
    asked_at = models.DateTimeField(_("gevraagd"))
    planned_at = models.DateTimeField(_("lijst van"), null=True)
    approved_at = models.DateTimeField(_("bevestigd"), null=True)
    done_at = models.DateTimeField(_("klaar"), null=True)
    import_status = models.CharField(max_length=24, choices=Status, blank=True)
    import_ended_at = models.DateTimeField(null=True)
    stage = models.PositiveSmallIntegerField(default=0)
    after = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("ongedaan making")
        verbose_name_plural = _("ongedaan makingen")
        constraints = (
            models.CheckConstraint(name="undo_state_known", condition=Q(state__in=UndoState.values)),
            models.CheckConstraint(
                name="undo_approved_has_plan",
                condition=Q(state=UndoState.PLANNING)
                | Q(state=UndoState.PLANNED, planned_at__isnull=False)
                | Q(planned_at__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="undo_done_has_end",
                condition=Q(state=UndoState.DONE, done_at__isnull=False)
                | (~Q(state=UndoState.DONE) & Q(done_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class UndoAction(models.TextChoices):
    REMOVE = "remove", _("Verwijderen")
    RESTORE = "restore", _("Terugzetten")
    STAY = "stay", _("Blijft")


class UndoTally(models.Model):
    """How many rows of a kind. `is_plan`: as the list said beforehand; else as it went."""

    id = models.BigAutoField(primary_key=True)
    undo = models.ForeignKey(Undo, on_delete=models.CASCADE, related_name="tallies", db_index=False)
    is_plan = models.BooleanField()
    kind = models.CharField(max_length=20)
    action = models.CharField(max_length=10, choices=UndoAction)
    reason = models.CharField(max_length=20, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="undo_tally_once", fields=("undo", "is_plan", "kind", "action", "reason")
            ),
            models.CheckConstraint(name="undo_action_known", condition=Q(action__in=UndoAction.values)),
            models.CheckConstraint(
                name="undo_stay_has_reason",
                condition=(Q(action=UndoAction.STAY) & ~Q(reason=""))
                | (~Q(action=UndoAction.STAY) & Q(reason="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.action} {self.count}"


class UndoEntry(models.Model):
    """A row that stays, and why: it was changed or followed up since."""

    id = models.BigAutoField(primary_key=True)
    undo = models.ForeignKey(Undo, on_delete=models.CASCADE, related_name="entries", db_index=False)
    is_plan = models.BooleanField()
    kind = models.CharField(max_length=20)
    row_id = models.UUIDField()
    reason = models.CharField(max_length=20)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="undo_entry_once", fields=("undo", "is_plan", "kind", "row_id")),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}"
