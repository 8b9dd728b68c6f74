"""What the support desk of Nextens does for an office and its people. Each act is in the office's trail."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.ids import uuid7
from portal.office import audit, passwords, people, sessions
from portal.office.models import LoginSession, Office, OutgoingMail, SecondStepReset, User
from portal.office.models.mail import MailState
from portal.office.notices import office_of
from portal.office.outbox import queue_mail
from portal.office.tasks import send_due_mail


class NotYourselfError(Exception):
    """Another administrator must do this."""

    code = "not_yourself"


class NothingToResetError(Exception):
    """This person has no second step."""

    code = "nothing_to_reset"


class AlreadyAskedError(Exception):
    """A request for this person waits already."""

    code = "already_asked"


class AlreadyDecidedError(Exception):
    """Somebody was first."""

    code = "already_decided"


@transaction.atomic
def set_office_active(office: Office, *, active: bool, by: User) -> bool:
    """Let the people and programs of an office in, or keep them out at once; False when it was so already."""
    if not Office.objects.filter(pk=office.pk, is_active=not active).update(is_active=active):
        return False
    if not active:
        LoginSession.objects.filter(user__membership__office=office).delete()
    audit.record("office.enabled" if active else "office.disabled", office=office, by=by, target=office)
    return True


@transaction.atomic
def set_user_active(user: User, *, active: bool, by: User) -> None:
    """Let somebody in, or out at once. Raises people.LastAdministratorError, NotYourselfError."""
    if user.pk == by.pk:
        raise NotYourselfError
    membership = getattr(user, "membership", None)
    if membership is not None:
        people.enable(membership, by=by) if active else people.disable(membership, by=by)
        return
    User.objects.filter(pk=user.pk).update(is_active=active)
    if not active:
        sessions.end(user)
    audit.record("user.enabled" if active else "user.disabled", office=None, by=by, target=user)


@transaction.atomic
def send_link(user: User, *, by: User) -> None:
    """Mail somebody the link with which a new password is set."""
    passwords.send_password_link(user)
    audit.record("user.link_sent", office=office_of(user), by=by, target=user)


@transaction.atomic
def ask_reset(user: User, *, reason: str, by: User) -> SecondStepReset:
    """Ask another administrator to remove somebody's second step.

    Raises NotYourselfError, NothingToResetError, AlreadyAskedError.
    """
    if user.pk == by.pk:
        raise NotYourselfError
    if not Authenticator.objects.filter(user=user).exists():
        raise NothingToResetError
    try:
        with transaction.atomic():
            asked = SecondStepReset.objects.create(user=user, reason=reason, asked_by=by)
    except IntegrityError:
        raise AlreadyAskedError from None
    audit.record("user.reset_asked", office=office_of(user), by=by, target=user)
    return asked


@transaction.atomic
def decide_reset(asked: SecondStepReset, *, agreed: bool, by: User) -> None:
    """Remove the second step and end the sessions, or leave all as it is; the owner of the account is told.

    Raises AlreadyDecidedError; NotYourselfError to agree with oneself, or about oneself.
    """
    held = SecondStepReset.objects.select_for_update(of=("self",)).select_related("user").get(pk=asked.pk)
    if held.decided_at is not None:
        raise AlreadyDecidedError
    if agreed and by.pk in (held.asked_by_id, held.user_id):
        raise NotYourselfError
    held.decided_by, held.decided_at, held.agreed = by, timezone.now(), agreed
    held.save(update_fields=["decided_by", "decided_at", "agreed"])
    office = office_of(held.user)
    if agreed:
        _remove_second_step(held.user)
        audit.record("user.reset_agreed", office=office, by=by, target=held.user)
    else:
        audit.record("user.reset_declined", office=office, by=by, target=held.user)


def _remove_second_step(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()
    sessions.end(user)
    queue_mail(
        kind="account_changed",
        office=office_of(user),
        recipient=user.email,
        dedupe_key=f"account_changed:{uuid7()}",
        subject=_("Nextens heeft uw tweestapsverificatie verwijderd"),
        context={},
    )


@transaction.atomic
def send_again(mail: OutgoingMail, *, by: User) -> None:
    """Once more from the first attempt, also for one that went out."""
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=MailState.WAITING, attempts=0, sent_at=None, next_attempt_at=timezone.now(), last_error=""
    )
    audit.record("mail.sent_again", office=mail.office, by=by, target=mail, subject=mail.subject)
    transaction.on_commit(send_due_mail.delay, robust=True)


def looked(office: Office, *, at: models.Model | None, what: str, by: User) -> None:
    """Leave a trace of a look at something of an office; `what` is the Dutch name of the kind of thing."""
    audit.record("support.looked", office=office, by=by, target=at, what=what)
