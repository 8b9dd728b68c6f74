"""What a kantoorbeheerder does with the people of the office: invite, change a role, disable."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.office import audit, one_time, sessions
from portal.office.models import Invitation, Membership, Office, Role, User
from portal.office.outbox import queue_mail

VALID = timedelta(days=7)


class AlreadyKnownError(Exception):
    """Somebody logs in with that address already, at this office or another."""

    code = "already_known"


class LastAdministratorError(Exception):
    """The office would be left without a kantoorbeheerder who can log in."""

    code = "last_administrator"


class NotInvitedError(Exception):
    """The invitation was used, withdrawn or is too old."""

    code = "not_invited"


@transaction.atomic
def invite(*, office: Office, email: str, role: Role, by: User) -> Membership:
    """Make the account and mail its one-time link. Raises AlreadyKnownError."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(email)
    except IntegrityError:  # two may ask for the same address at once
        raise AlreadyKnownError from None
    membership = Membership.objects.create(user=user, office=office, role=role)
    audit.record("user.invited", office=office, by=by, target=user, role=str(role))
    _mail_link(membership)
    return membership


@transaction.atomic
def invite_again(membership: Membership, *, by: User) -> None:
    """A new link; the one before ends. Raises NotInvitedError for somebody who has a password."""
    if membership.user.has_usable_password() or not membership.user.is_active:
        raise NotInvitedError
    audit.record("user.invited_again", office=membership.office, by=by, target=membership.user)
    _mail_link(membership)


def find_invitation(secret: str) -> Invitation | None:
    """The invitation of a link that still works."""
    waiting = Invitation.objects.select_related("user__membership__office").filter(
        digest=one_time.digest_of(secret),
        accepted_at=None,
        expires_at__gt=timezone.now(),
        user__is_active=True,
        user__membership__office__is_active=True,
    )
    return waiting.first()


@transaction.atomic
def accept(secret: str, *, name: str, password: str) -> User:
    """Set name and password by the link, once. Raises NotInvitedError."""
    found = find_invitation(secret)
    taken = found and Invitation.objects.filter(pk=found.pk, accepted_at=None, digest=found.digest).update(
        accepted_at=timezone.now()
    )
    if not found or not taken or found.user.has_usable_password():
        raise NotInvitedError
    user = found.user
    user.name = name
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    audit.record("user.accepted", office=user.membership.office, by=user, target=user)
    return user


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: User) -> None:
    """Raises LastAdministratorError."""
    _hold(membership.office)
    if role != Role.ADMINISTRATOR:
        _may_go(membership)
    membership.role = role
    membership.save(update_fields=["role"])
    audit.record("user.role_changed", office=membership.office, by=by, target=membership.user, role=str(role))


@transaction.atomic
def disable(membership: Membership, *, by: User) -> None:
    """Out within one request: every request asks, and the sessions go. Raises LastAdministratorError."""
    _hold(membership.office)
    _may_go(membership)
    _set_active(membership.user, active=False)
    sessions.end(membership.user)
    audit.record("user.disabled", office=membership.office, by=by, target=membership.user)


@transaction.atomic
def enable(membership: Membership, *, by: User) -> None:
    _set_active(membership.user, active=True)
    audit.record("user.enabled", office=membership.office, by=by, target=membership.user)


def _hold(office: Office) -> None:
    """Whoever changes who administers an office waits here for others who do."""
    Office.objects.select_for_update().get(pk=office.pk)


def _may_go(membership: Membership) -> None:
    administrators = Membership.objects.filter(
        office=membership.office, role=Role.ADMINISTRATOR, user__is_active=True
    ).select_related("user")
    # who has not accepted an invitation yet cannot administer anything
    able = {one.pk for one in administrators if one.user.has_usable_password()}
    if able == {membership.pk}:
        raise LastAdministratorError


def _set_active(user: User, *, active: bool) -> None:
    user.is_active = active
    user.save(update_fields=["is_active"])


def _mail_link(membership: Membership) -> None:
    secret, digest = one_time.new_secret()
    until = timezone.now() + VALID
    Invitation.objects.update_or_create(
        user=membership.user, defaults={"digest": digest, "expires_at": until, "accepted_at": None}
    )
    queue_mail(
        kind="invitation",
        office=membership.office,
        recipient=membership.user.email,
        dedupe_key=f"invitation:{digest}",
        subject=_("Uw toegang tot Nextens"),
        context={"url": f"{settings.PORTAL_URL}{reverse('invitation')}?sleutel={secret}", "until": until},
    )
