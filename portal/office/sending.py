"""Sends what lies in the outbox. Any number of workers may do so at once."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from portal.office.mail_logos import put_logo
from portal.office.models import OutgoingMail
from portal.office.models.mail import MailState

# longer than one attempt can take: a worker that dies while sending gives its mail back after this
LEASE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=6)
# with these waits a mail server may be away for three days
MOST_ATTEMPTS = 20
# what these say works once, so it is not kept
ONE_TIME_KINDS = frozenset({"password_reset", "invitation", "email_change"})


def send_due(limit: int = 200) -> int:
    """Send at most `limit` mails that are due; returns how many went out."""
    sent = 0
    for _ in range(limit):
        mail = claim()
        if mail is None:
            break
        sent += _attempt(mail)
    return sent


@transaction.atomic
def claim() -> OutgoingMail | None:
    """Take the mail that waits longest, for the time of a lease; None when nothing is due."""
    now = timezone.now()
    due = OutgoingMail.objects.filter(state=MailState.WAITING, next_attempt_at__lte=now)
    mail = due.select_for_update(skip_locked=True).order_by("next_attempt_at").first()
    if mail is not None:
        mail.attempts += 1
        mail.next_attempt_at = now + LEASE
        mail.save(update_fields=["attempts", "next_attempt_at"])
    return mail


def _attempt(mail: OutgoingMail) -> bool:
    try:
        message(mail).send()
    except (SMTPException, OSError, ValueError) as exc:  # the last: an address that no header can hold
        _put_back(mail, type(exc).__name__)
        return False
    _mark_sent(mail)
    return True


def message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The mail as it goes out: text first, then HTML, marked as made by a machine (RFC 3834)."""
    headers = {
        "Message-ID": mail.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if mail.thread_id:
        headers["References"] = mail.thread_id
    made = EmailMultiAlternatives(
        mail.subject, mail.text, to=[mail.recipient], reply_to=[settings.SUPPORT_EMAIL], headers=headers
    )
    made.attach_alternative(put_logo(made, mail.html, mail.office), "text/html")
    return made


def _mark_sent(mail: OutgoingMail) -> None:
    changes: dict[str, object] = {"state": MailState.SENT, "sent_at": timezone.now(), "last_error": ""}
    if mail.kind in ONE_TIME_KINDS:
        changes |= {"text": "", "html": ""}
    OutgoingMail.objects.filter(pk=mail.pk).update(**changes)


def _put_back(mail: OutgoingMail, error: str) -> None:
    # the error's type only: its text may quote addresses
    wait = min(timedelta(minutes=2**mail.attempts), LONGEST_WAIT)
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.WAITING).update(
        state=MailState.FAILED if mail.attempts >= MOST_ATTEMPTS else MailState.WAITING,
        next_attempt_at=timezone.now() + wait,
        last_error=error,
    )
