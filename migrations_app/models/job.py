"""The migration job: its row is the queue, the progress and the result."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.dossiers.models import MessageStatus
from portal.ids import uuid7
from portal.office.models import Office, User


class Status(models.TextChoices):
    UPLOADING = "uploading", _("Bezig met uploaden")
    CHECKING = "checking", _("Wordt gecontroleerd")
    QUEUED = "queued", _("In de wachtrij")
    RUNNING = "running", _("Wordt nu verwerkt...")
    COMPLETED = "completed", _("Voltooid")
    COMPLETED_WITH_WARNINGS = "completed_with_warnings", _("Voltooid met waarschuwingen")
    FAILED = "failed", _("Mislukt")
    REFUSED = "refused", _("Geweigerd")
    CANCELLED = "cancelled", _("Geannuleerd")
    PAUSED = "paused", _("Gepauzeerd")
    UNDOING = "undoing", _("Wordt ongedaan gemaakt")
    UNDONE = "undone", _("Ongedaan gemaakt")


SUCCESSFUL = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS)
FINAL = (*SUCCESSFUL, Status.FAILED, Status.REFUSED, Status.CANCELLED, Status.UNDONE)
# somebody works on these rows: they have a worker and a lease
HELD = (Status.RUNNING, Status.UNDOING)
STORED = (Status.CHECKING, Status.QUEUED, Status.RUNNING, Status.PAUSED)
# accepted, and promised for a day
PROMISED = (Status.QUEUED, Status.RUNNING, Status.PAUSED)


class ImportType(models.TextChoices):
    """The wizard's `Migratie van:`."""

    COMBINED = "combined", _("Gecombineerd")
    RETURNS_AND_CLIENTS = "returns_and_clients", _("Aangiftegegevens / Klantenlijst")
    MESSAGES = "messages", _("Serviceberichten")
    RESPONSIBILITIES = "responsibilities", _("Verantwoordelijkheden")


class JobNumber(models.Model):
    """The counter behind `MIG-2026-0042`, one row a year."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class MigrationJob(models.Model):
    """One uploaded migration file and what becomes of it.

    `fence` rises with every claim; whoever writes for this job shows the number it was given. `attempts`
    counts all claims, `deaths` (workers that died) and `setbacks` (services that failed them) those since its
    last progress.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="migration_jobs", verbose_name=_("kantoor")
    )
    reference = models.CharField(_("verwijzing"), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=24, choices=Status)
    import_type = models.CharField(_("Migratie van:"), max_length=20, choices=ImportType)
    selected_kinds = ArrayField(models.CharField(max_length=20), verbose_name=_("onderdelen"), default=list)
    default_message_status = models.CharField(
        max_length=20, choices=MessageStatus, default=MessageStatus.UNOPENED
    )
    file_name = models.CharField(_("bestand"), max_length=255)
    file_size = models.BigIntegerField(_("grootte"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    # of manifest.json alone, which a browser reads before it sends a file; empty until the file is accepted
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    storage_name = models.CharField(max_length=200, blank=True)
    wrapped_key = models.BinaryField(null=True)
    file_destroyed_at = models.DateTimeField(_("bestand vernietigd"), null=True)
    # the migration whose rejected records this one tries again
    retry_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="retries")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("door"))
    created_at = models.DateTimeField(_("gestart"), auto_now_add=True)
    checked_at = models.DateTimeField(_("gecontroleerd"), null=True)
    start_after = models.DateTimeField(_("verwerking vanaf"), null=True)
    started_at = models.DateTimeField(_("verwerking begonnen"), null=True)
    finished_at = models.DateTimeField(_("klaar"), null=True)
    records_total = models.PositiveIntegerField(_("aangekondigd"), default=0)
    records_done = models.PositiveIntegerField(_("verwerkt"), default=0)
    check_progress = models.PositiveSmallIntegerField(default=0)
    refusal_code = models.CharField(_("code"), max_length=40, blank=True)
    reason = models.CharField(_("reden"), max_length=500, blank=True)
    worker = models.CharField(max_length=100, blank=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("pogingen"), default=0)
    lease_expires_at = models.DateTimeField(_("in handen van de worker tot"), null=True)
    claimed_at = models.DateTimeField(_("laatste poging"), null=True)
    deaths = models.PositiveSmallIntegerField(_("gestopte workers"), default=0, db_default=0)
    setbacks = models.PositiveSmallIntegerField(_("storingen"), default=0, db_default=0)
    # an administrator's `start now`: office hours do not hold it up
    hours_waived = models.BooleanField(_("meteen gestart"), default=False, db_default=False)
    # the day on which the office was told that its data would be there, and when support heard they were not
    promised_day = models.DateField(_("beloofd uiterlijk"), null=True)
    alarmed_at = models.DateTimeField(_("alarm"), null=True)

    class Meta:
        verbose_name = _("migratie")
        verbose_name_plural = _("migraties")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(name="job_office_newest", fields=("office", "-created_at")),
            # the administration looks at all offices at once
            models.Index(name="job_newest", fields=("-created_at", "-id")),
            models.Index(name="job_due", fields=("start_after",), condition=Q(status=Status.QUEUED)),
            models.Index(
                name="job_leases",
                fields=("lease_expires_at",),
                condition=Q(lease_expires_at__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(name="job_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="job_import_type_known", condition=Q(import_type__in=ImportType.values)
            ),
            models.UniqueConstraint(
                name="job_one_running_per_office", fields=("office",), condition=Q(status__in=HELD)
            ),
            models.CheckConstraint(
                name="job_held_has_lease",
                condition=~Q(status__in=HELD)
                | (Q(lease_expires_at__isnull=False, started_at__isnull=False, fence__gt=0) & ~Q(worker="")),
            ),
            models.CheckConstraint(
                name="job_lease_only_while_worked_on",
                condition=Q(lease_expires_at__isnull=True) | Q(status__in=(*HELD, Status.CHECKING)),
            ),
            models.CheckConstraint(
                name="job_stored_has_file",
                condition=~Q(status__in=STORED)
                | (~Q(storage_name="") & Q(wrapped_key__isnull=False, sha256__regex=r"^[0-9a-f]{64}$")),
            ),
            models.CheckConstraint(
                name="job_destroyed_has_no_file",
                condition=Q(file_destroyed_at=None) | Q(storage_name="", wrapped_key=None),
            ),
            models.UniqueConstraint(
                name="job_one_open_retry",
                fields=("retry_of",),
                condition=Q(retry_of__isnull=False) & ~Q(status__in=FINAL),
            ),
            models.CheckConstraint(
                name="job_queued_has_start",
                condition=~Q(status__in=(Status.QUEUED, Status.PAUSED))
                | Q(start_after__isnull=False, checked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="job_final_has_end",
                condition=Q(status__in=FINAL, finished_at__isnull=False)
                | (~Q(status__in=FINAL) & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="job_refused_has_code",
                condition=(Q(status=Status.REFUSED) & ~Q(refusal_code=""))
                | (~Q(status=Status.REFUSED) & Q(refusal_code="")),
            ),
            models.CheckConstraint(
                name="job_progress_within_total", condition=Q(records_done__lte=F("records_total"))
            ),
            models.CheckConstraint(
                name="job_completed_closes",
                condition=~Q(status__in=SUCCESSFUL) | Q(records_done=F("records_total")),
                violation_error_message=_("De aantallen sluiten niet."),
            ),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def upload_percentage(self) -> int:
        """The upper bar. A job exists only once its file is in, until uploads can be resumed."""
        return 0 if self.status == Status.UPLOADING else 100

    @property
    def _is_taken_back_whole(self) -> bool:
        taken_back = self.status in (Status.UNDOING, Status.UNDONE)
        return taken_back and self.records_done == self.records_total

    @property
    def processing_percentage(self) -> int:
        """The lower bar: 1-9 while checked, 10 in the queue, 100 only when completed; it never goes back."""
        if self.status in SUCCESSFUL or self._is_taken_back_whole:
            return 100
        if self.checked_at is None or self.status == Status.REFUSED:
            return min(9, self.check_progress)
        if not self.records_total:
            return 10
        return 10 + 89 * self.records_done // self.records_total
