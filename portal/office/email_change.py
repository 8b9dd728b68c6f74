"""Changing one's e-mail address: the old and the new address must both confirm it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.office import notices, one_time
from portal.office.models import EmailChange, User
from portal.office.outbox import queue_mail

VALID = timedelta(days=1)


class AddressTakenError(Exception):
    """Somebody else has that address by now."""

    code = "address_taken"


@transaction.atomic
def ask(user: User, new_email: str) -> None:
    """Mail a link to both addresses; an earlier request of the same person ends.

    To an address that somebody has already goes nothing: who asks does not learn that.
    """
    (old, old_digest), (new, new_digest) = one_time.new_secret(), one_time.new_secret()
    change, _created = EmailChange.objects.update_or_create(
        user=user,
        defaults={
            "new_email": new_email.strip().lower(),
            "old_digest": old_digest,
            "new_digest": new_digest,
            "old_confirmed_at": None,
            "new_confirmed_at": None,
            "expires_at": timezone.now() + VALID,
        },
    )
    _mail(change, user.email, old, old_digest)
    if not User.objects.filter(email=change.new_email).exists():
        _mail(change, change.new_email, new, new_digest)


def find(secret: str) -> EmailChange | None:
    """The change that a link belongs to, when it may still be confirmed."""
    return _waiting(secret).first()


def _waiting(secret: str) -> QuerySet[EmailChange]:
    digest = one_time.digest_of(secret)
    waiting = EmailChange.objects.filter(expires_at__gt=timezone.now(), user__is_active=True)
    return waiting.filter(Q(old_digest=digest) | Q(new_digest=digest))


def confirm(secret: str) -> bool | None:
    """Confirm for the address of that link. True: changed; False: the other has yet to; None: no such link.

    Raises AddressTakenError.
    """
    try:
        return _confirm(secret)
    except IntegrityError as exc:
        raise AddressTakenError from exc


@transaction.atomic
def _confirm(secret: str) -> bool | None:
    # the database asks once more for whom it has waited: a change may be done, or another one asked for
    change = _waiting(secret).select_for_update(of=("self",)).first()
    if change is None:
        return None
    side = "old" if change.old_digest == one_time.digest_of(secret) else "new"
    setattr(change, f"{side}_confirmed_at", timezone.now())
    change.save(update_fields=[f"{side}_confirmed_at"])
    if change.old_confirmed_at is None or change.new_confirmed_at is None:
        return False
    _change(change)
    return True


def _change(change: EmailChange) -> None:
    user, old = change.user, change.user.email
    user.email = change.new_email
    user.save(update_fields=["email"])
    change.delete()
    notices.account_changed(user, "email_changed", recipient=old)


def _mail(change: EmailChange, recipient: str, secret: str, digest: str) -> None:
    queue_mail(
        kind="email_change",
        office=notices.office_of(change.user),
        recipient=recipient,
        dedupe_key=f"email_change:{digest}",
        subject=_("Bevestig de wijziging van uw e-mailadres"),
        context={
            "url": f"{settings.PORTAL_URL}{reverse('confirm_email')}?sleutel={secret}",
            "until": change.expires_at,
        },
    )
