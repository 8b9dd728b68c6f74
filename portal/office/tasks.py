"""The doors of the mail worker and of the hourly cleaning."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from portal.office import call_limits, idempotency, sending, throttle
from portal.office.models import EmailChange
from portal.office.sessions import SessionStore


@shared_task
def send_due_mail() -> None:
    """Woken by each commit that queued a mail, and by the scheduler for what was missed or is due again."""
    sending.send_due()


@shared_task
def forget_old() -> None:
    """Drop what only mattered for a time: counters of guesses, ended sessions, links that are too old."""
    throttle.forget_old()
    call_limits.forget_old()
    idempotency.forget_old()
    SessionStore.clear_expired()
    EmailChange.objects.filter(expires_at__lt=timezone.now()).delete()
