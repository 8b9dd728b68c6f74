"""Warns offices, by mail, that the certificate they use ends."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from certificates import mails
from certificates.models import Certificate

_WEEK = 7
# a day late, as when the scheduler was away, is still a number of weeks
_ROUNDED = 1


def remind() -> int:
    """Leave the mails that are due now, of each certificate the most urgent only; return of how many.

    Only active certificates count: once a newer one is active, nobody has to act.
    """
    now = timezone.now()
    last = now + timedelta(weeks=max(mails.SUBJECTS))
    rows = Certificate.objects.filter(
        is_active=True, office__is_active=True, not_valid_after__gt=now, not_valid_after__lte=last
    )
    return sum(_remind(row) for row in rows.select_related("office").defer("sealed_key", "chain_pem"))


@transaction.atomic
def _remind(certificate: Certificate) -> bool:
    left = certificate.not_valid_after - timezone.now()
    weeks = min(weeks for weeks in mails.SUBJECTS if left <= timedelta(weeks=weeks))
    successor = Certificate.objects.filter(
        office=certificate.office,
        is_active=False,
        revoked_at__isnull=True,
        not_valid_after__gt=certificate.not_valid_after,
    )
    return mails.tell_expiry(certificate, weeks=weeks, left=_left(left, weeks), successor=successor.exists())


def _left(left: timedelta, weeks: int) -> str:
    if weeks * _WEEK - left.days <= _ROUNDED:
        return ngettext("%(n)d week", "%(n)d weken", weeks) % {"n": weeks}
    return ngettext("%(n)d dag", "%(n)d dagen", left.days) % {"n": left.days}
