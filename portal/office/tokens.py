"""API tokens: made, shown once, recognised, revoked. Only the digest of a token's secret is kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from enum import Enum, auto

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.office import audit, mfa
from portal.office.backends import MAIN_FACTORS
from portal.office.models import ApiToken, Office, Scope, User

_SHAPE = re.compile(r"nxt_([0-9a-f]{8})_([A-Za-z0-9_-]{43})\Z")
_SECRET_BYTES = 32
# so often is the moment of last use worth a write
USE_NOTED_EVERY = dt.timedelta(minutes=1)
_NOBODYS_DIGEST = "0" * 64


class Pause(Enum):
    """A token can do no more than who made it: this person cannot do anything now."""

    NO_ACCESS = auto()
    NO_SECOND_STEP = auto()


@transaction.atomic
def create_token(
    *, office: Office, name: str, scopes: Collection[Scope], expires_at: dt.datetime | None, by: User
) -> tuple[ApiToken, str]:
    """A new token, and its only appearance in plain text: `nxt_<prefix>_<secret>`."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    token = ApiToken.objects.create(
        office=office,
        created_by=by,
        name=name,
        scopes=sorted(scopes),
        prefix=secrets.token_hex(4),
        digest=_digest(secret),
        expires_at=expires_at,
    )
    audit.record("token.created", office=office, by=by, target=token, **_facts(token))
    return token, f"nxt_{token.prefix}_{secret}"


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User) -> bool:
    """End a token for good; False when it was revoked before."""
    revoked = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())
    if revoked:
        audit.record("token.revoked", office=token.office, by=by, target=token, **_facts(token))
    return bool(revoked)


def find_token(plain: str) -> ApiToken | None:
    """The token that this text is, when it works, as do its maker and office; None says nothing of why."""
    match = _SHAPE.match(plain)
    if match is None:
        return None
    prefix, secret = match.groups()
    token = _with_makers().filter(prefix=prefix).first()
    known = token.digest if token else _NOBODYS_DIGEST
    if not hmac.compare_digest(known, _digest(secret)) or token is None:
        return None
    is_backed = token.office.is_active and pause(token) is None
    return token if is_backed and token.works(timezone.now()) else None


def of_office(office: Office) -> QuerySet[ApiToken]:
    """The office's tokens, the newest first."""
    return _with_makers().filter(office=office)


def pause(token: ApiToken) -> Pause | None:
    """Why a token of `of_office` waits, though nobody revoked it."""
    maker = token.created_by
    membership = getattr(maker, "membership", None)
    works_there = membership is not None and membership.office_id == token.office_id
    if not (maker.is_active and works_there):
        return Pause.NO_ACCESS
    has_mfa = getattr(token, "maker_has_mfa", False)
    return Pause.NO_SECOND_STEP if mfa.is_required(maker) and not has_mfa else None


def note_use(token: ApiToken) -> None:
    """Remember that the token was used, at most once a minute."""
    now = timezone.now()
    if token.last_used_at is not None and now - token.last_used_at < USE_NOTED_EVERY:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)


def _with_makers() -> QuerySet[ApiToken]:
    factors = Authenticator.objects.filter(user=OuterRef("created_by"), type__in=MAIN_FACTORS)
    tokens = ApiToken.objects.select_related("office", "created_by__membership__office")
    return tokens.annotate(maker_has_mfa=Exists(factors))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _facts(token: ApiToken) -> dict[str, audit.Fact]:
    return {"name": token.name, "prefix": token.prefix, "scopes": ", ".join(token.scopes)}
