"""Signing with an office's key: only in the process that holds the private half of the seal."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from certificates.models import Certificate
from certificates.sealing import open_key
from certificates.signatures import UnsuitableKey, is_signed_by, sign_with
from portal.office import audit
from portal.office.models import User
from portal.vault import SigningPrivateKeys, VaultError

_log = logging.getLogger(__name__)
# nothing that means something elsewhere starts like this, so a proof can never pass for a signature on it
_CHALLENGE = b"nextens portal: proof of a signing key\0"
_GRACE = timedelta(minutes=2)
_SWEEP = 50


class NotTheSigningProcess(Exception):
    """This process holds no private half, and must not."""

    code = "not-the-signing-process"


def sign(*, certificate: Certificate, data: bytes, purpose: str, by: User | None = None) -> bytes:
    """Sign `data` with the office's key and leave a trace of it; `purpose` is a word for the audit trail.

    NotTheSigningProcess outside the signing worker; VaultError when the sealed key does not open.
    """
    if settings.SIGNING_KEY_FILE is None:
        raise NotTheSigningProcess
    keys = SigningPrivateKeys.load(settings.SIGNING_KEY_FILE)
    office = certificate.office
    key = open_key(bytes(certificate.sealed_key), keys, office=office.pk, certificate=certificate.pk)
    with transaction.atomic():
        audit.record(
            "certificate.used",
            office=office,
            by=by,
            target=certificate,
            fingerprint=certificate.fingerprint,
            purpose=purpose,
        )
        return sign_with(key, data)


def prove(certificate_id: UUID) -> bool:
    """Sign a random challenge, verify it with the certificate, and keep the moment when that worked."""
    certificate = Certificate.objects.select_related("office").filter(pk=certificate_id).first()
    if certificate is None:
        return False
    challenge = _CHALLENGE + secrets.token_bytes(32)
    try:
        signature = sign(certificate=certificate, data=challenge, purpose="proof")
        public = x509.load_der_x509_certificate(bytes(certificate.certificate_der))
        works = is_signed_by(public, challenge, signature)
    except (VaultError, UnsuitableKey) as error:
        _log.error("The key of certificate %s does not work: %s", certificate_id, error.code)
        return False
    if works:
        Certificate.objects.filter(pk=certificate_id).update(proven_at=timezone.now())
    return works


def prove_waiting() -> int:
    """Prove keys whose own message to the worker was lost; return how many were tried."""
    since = timezone.now() - _GRACE
    waiting = Certificate.objects.filter(proven_at__isnull=True, created_at__lt=since)
    ids = list(waiting.order_by("created_at").values_list("pk", flat=True)[:_SWEEP])
    for pk in ids:
        prove(pk)
    return len(ids)
