"""The outbox: a mail is a row of the transaction that causes it; a worker sends it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.ids import uuid7
from portal.office.models.office import Office


class MailState(models.TextChoices):
    WAITING = "waiting", _("wacht op verzending")
    SENT = "sent", _("verzonden")
    FAILED = "failed", _("niet verzonden")


class OutgoingMail(models.Model):
    """One message to one recipient; by `dedupe_key` an occasion is one mail, however often it is told."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    office = models.ForeignKey(
        Office, on_delete=models.CASCADE, null=True, related_name="mails", verbose_name=_("kantoor")
    )
    kind = models.CharField(_("soort"), max_length=40)
    dedupe_key = models.CharField(max_length=200, unique=True)
    recipient = models.EmailField(_("aan"))
    subject = models.CharField(_("onderwerp"), max_length=200)
    text = models.TextField()
    html = models.TextField()
    message_id = models.CharField(max_length=200, unique=True)
    thread_id = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        _("status"), max_length=10, choices=MailState, default=MailState.WAITING, db_default=MailState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("pogingen"), default=0, db_default=0)
    next_attempt_at = models.DateTimeField(_("volgende poging"), auto_now_add=True)
    last_error = models.CharField(_("laatste fout"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("gemaakt"), auto_now_add=True)
    sent_at = models.DateTimeField(_("verzonden"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(name="mail_due", fields=("next_attempt_at",), condition=Q(state=MailState.WAITING)),
            models.Index(name="mail_newest", fields=("-created_at", "-id")),
            models.Index(name="mail_recipient", fields=("recipient", "-created_at")),
            models.Index(name="mail_failed", fields=("-created_at",), condition=Q(state=MailState.FAILED)),
        )
        constraints = (
            models.CheckConstraint(name="mail_state_known", condition=Q(state__in=MailState.values)),
            models.CheckConstraint(
                name="mail_sent_has_moment",
                condition=Q(state=MailState.SENT, sent_at__isnull=False)
                | (~Q(state=MailState.SENT) & Q(sent_at__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"
