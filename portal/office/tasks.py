"""The mail worker's door."""

from __future__ import annotations

from celery import shared_task

from portal.office import sending


@shared_task
def send_due_mail() -> None:
    """Woken by each commit that queued a mail, and by the scheduler for what was missed or is due again."""
    sending.send_due()
