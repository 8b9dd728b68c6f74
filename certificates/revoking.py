"""Asks, in a worker, whether certificates were revoked, and takes those that were out of use."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from certificates import mails
from certificates.changes import one_at_a_time, record
from certificates.checking import examine
from certificates.models import Certificate
from certificates.problems import CertificateProblem
from certificates.revocation import Answer, NoAnswer, ask_authorities, fetch
from certificates.trusted import allows_trial, trust_store

_log = logging.getLogger(__name__)
ASK_EVERY = timedelta(days=1)
ASK_AGAIN_AFTER = timedelta(hours=1)
_SWEEP = 100


def check(certificate_id: UUID) -> None:
    """Ask the authorities about one certificate and keep what they say; without an answer only the attempt.

    Addresses of a certificate are used only while its path is valid, and a revoked one stays revoked.
    """
    certificate = Certificate.objects.select_related("office").filter(pk=certificate_id).first()
    if certificate is None or certificate.revoked_at:
        return
    now = timezone.now()
    Certificate.objects.filter(pk=certificate_id).update(check_tried_at=now)
    try:
        answer = _ask(certificate, now)
    except (CertificateProblem, NoAnswer) as problem:
        _log.warning("It is not known whether certificate %s was revoked: %s", certificate_id, problem.code)
        return
    _keep(certificate_id, answer, now)


def due() -> list[UUID]:
    """Certificates to ask about: those in their time of which the last answer is a day old, or was none."""
    now = timezone.now()
    known = Q(checked_at__isnull=True) | Q(checked_at__lt=now - ASK_EVERY)
    tried = Q(check_tried_at__isnull=True) | Q(check_tried_at__lt=now - ASK_AGAIN_AFTER)
    rows = Certificate.objects.filter(known, tried, revoked_at__isnull=True, not_valid_after__gte=now)
    return list(rows.order_by("-is_active", "check_tried_at").values_list("pk", flat=True)[:_SWEEP])


def _ask(certificate: Certificate, now: datetime) -> Answer:
    own, *others = x509.load_pem_x509_certificates(certificate.chain_pem.encode())
    path = examine(
        own, tuple(others), trust=trust_store(), now=now, allow_trial_policies=allows_trial()
    ).chain
    allowed = partial(fetch, allow_loopback=settings.CERTIFICATE_STATUS_ALLOW_LOOPBACK)
    return ask_authorities(path, fetch=allowed, now=now)


@transaction.atomic
def _keep(certificate_id: UUID, answer: Answer, now: datetime) -> None:
    certificate = Certificate.objects.select_related("office").filter(pk=certificate_id).first()
    if certificate is None:
        return
    one_at_a_time(certificate.office)
    rows = Certificate.objects.filter(pk=certificate_id, revoked_at__isnull=True)
    if answer.revoked_at is None:
        rows.update(checked_at=now)
        return
    was_active = rows.filter(is_active=True).exists()
    if rows.update(checked_at=now, revoked_at=answer.revoked_at, is_active=False):
        event = record("certificate.revoked", certificate, None, revoked_at=answer.revoked_at.isoformat())
        mails.tell_revoked(certificate, answer.revoked_at, was_active=was_active, occasion=event.pk)
