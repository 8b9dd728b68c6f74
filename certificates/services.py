"""What people do with the certificates of their office, and what others may ask of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from certificates import mails, messages, tasks
from certificates.changes import one_at_a_time, record, set_active
from certificates.checking import EXPIRES_SOON, CheckedCertificate, check_certificate, examine
from certificates.models import Certificate
from certificates.pkioverheid import read_numbers
from certificates.problems import Duplicate, Revoked
from certificates.sealing import seal_key
from certificates.trusted import allows_trial, trust_store
from portal.ids import uuid7
from portal.office.keys import storage_keyring
from portal.office.models import Office, User
from portal.office.ports import Attention

CHECK_HOLDS = timedelta(weeks=1)


class StillActive(Exception):
    """An active certificate cannot be deleted."""

    code = "still-active"


@dataclass(frozen=True)
class Caution:
    """Something to heed before a certificate is used; it stops nobody."""

    code: str
    text: str


def check(data: bytes, *, file_name: str, password: str) -> CheckedCertificate:
    """Check a file, now, against the authorities of this installation; CertificateProblem when refused."""
    return check_certificate(
        data,
        file_name=file_name,
        password=password,
        trust=trust_store(),
        now=timezone.now(),
        allow_trial_policies=allows_trial(),
    )


@transaction.atomic
def upload(*, office: Office, checked: CheckedCertificate, activate: bool, by: User) -> Certificate:
    """Keep a checked certificate, its key sealed; Duplicate when the office has it already.

    With `activate` it becomes active at once, unless it would replace another and there is something to heed
    first: then it waits, inactive, for `activate`.
    """
    one_at_a_time(office)
    _refuse_duplicate(office, checked.fingerprint)
    certificate = _row(office, checked, by)
    certificate.save(force_insert=True)
    record("certificate.uploaded", certificate, by)
    if activate and not needs_confirmation(certificate):
        _switch(certificate, by)
    _ask_workers_after_commit(certificate)
    return certificate


@transaction.atomic
def activate(*, certificate: Certificate, by: User) -> Certificate:
    """Make this the office's only active certificate; CertificateProblem when it may no longer be used.

    Dates and path are judged again here, and revocation by the last answer of its issuer; the worker asks for
    a new one. An active one stays as it is.
    """
    one_at_a_time(certificate.office)
    certificate.refresh_from_db()
    if certificate.revoked_at:
        raise Revoked(moment=certificate.revoked_at)
    own, *others = x509.load_pem_x509_certificates(certificate.chain_pem.encode())
    examine(own, tuple(others), trust=trust_store(), now=timezone.now(), allow_trial_policies=allows_trial())
    if not certificate.is_active:
        _switch(certificate, by)
        _ask_workers_after_commit(certificate)
    return certificate


@transaction.atomic
def deactivate(*, certificate: Certificate, by: User) -> Certificate:
    """Leave the office without an active certificate; an inactive one stays as it is."""
    one_at_a_time(certificate.office)
    certificate.refresh_from_db()
    if certificate.is_active:
        set_active(certificate, False)
        record("certificate.deactivated", certificate, by)
    return certificate


@transaction.atomic
def delete(*, certificate: Certificate, by: User) -> None:
    """Destroy the sealed key and the row; the audit trail stays. StillActive for the active one."""
    one_at_a_time(certificate.office)
    certificate.refresh_from_db()
    if certificate.is_active:
        raise StillActive
    record("certificate.deleted", certificate, by)
    certificate.delete()


def has_active_certificate(office_id: UUID) -> bool:
    """Whether the office has an active certificate that is valid now."""
    now = timezone.now()
    rows = Certificate.objects.filter(office_id=office_id, is_active=True)
    return rows.filter(not_valid_before__lte=now, not_valid_after__gte=now).exists()


def active_certificate(office: Office) -> Certificate | None:
    """The office's active certificate."""
    return Certificate.objects.filter(office=office, is_active=True).first()


def attention(office: Office) -> list[Attention]:
    """What Home says: that the active certificate ends within eight weeks or has ended, or was revoked."""
    active = active_certificate(office)
    if active is None:
        return _revoked(office)
    if active.not_valid_after - timezone.now() > EXPIRES_SOON:
        return []
    text = messages.attention(active.not_valid_after, ended=active.not_valid_after < timezone.now())
    return [Attention(text, reverse("certificates:overview"))]


def _revoked(office: Office) -> list[Attention]:
    """With no active certificate: the last one of the office is the one that was revoked."""
    last = Certificate.objects.filter(office=office).order_by("-created_at").first()
    if last is None or last.revoked_at is None:
        return []
    return [Attention(messages.revoked(last.revoked_at), reverse("certificates:overview"))]


def revocation_is_known(certificate: Certificate) -> bool:
    """Whether its issuer said, not over a week ago, whether it was revoked."""
    return certificate.checked_at is not None and timezone.now() - certificate.checked_at <= CHECK_HOLDS


def needs_confirmation(certificate: Certificate) -> bool:
    """Whether making it active replaces another and there is something to heed that can be mended first."""
    replaced = active_certificate(certificate.office)
    if replaced is None or replaced.pk == certificate.pk:
        return False
    return any(found.code != "revocation-not-checked" for found in cautions(certificate))


def cautions(certificate: Certificate) -> list[Caution]:
    """What to heed before this certificate is made active, in the order of weight."""
    active = active_certificate(certificate.office)
    return [Caution(code, messages.caution(code, **facts)) for code, facts in _cautions(certificate, active)]


def _cautions(
    certificate: Certificate, active: Certificate | None
) -> Iterable[tuple[str, dict[str, str | datetime]]]:
    number, office = certificate.trade_register_number, certificate.office
    if active and number and active.trade_register_number not in {"", number}:
        yield "other-number", {"new": number, "old": active.trade_register_number}
    if number and number != office.trade_register_number:
        yield "not-office-number", {"new": number, "office": office.trade_register_number}
    if not certificate.oin:
        yield "no-oin", {}
    if read_numbers(x509.load_der_x509_certificate(bytes(certificate.certificate_der)).subject).differ:
        yield "numbers-differ", {}
    if certificate.not_valid_after - timezone.now() <= EXPIRES_SOON:
        yield "expires-soon", {"moment": certificate.not_valid_after}
    if not revocation_is_known(certificate):
        yield "revocation-not-checked", {}


def _refuse_duplicate(office: Office, fingerprint: str) -> None:
    known = Certificate.objects.filter(office=office, fingerprint=fingerprint).first()
    if known:
        raise Duplicate(subject=known.subject, moment=known.created_at)


def _row(office: Office, checked: CheckedCertificate, by: User) -> Certificate:
    pk = uuid7()
    public = storage_keyring().signing_public
    return Certificate(
        id=pk,
        office=office,
        subject=checked.subject_common_name[:500],
        issuer=checked.issuer_common_name[:500],
        serial_number=checked.serial_number,
        fingerprint=checked.fingerprint,
        not_valid_before=checked.not_valid_before,
        not_valid_after=checked.not_valid_after,
        trade_register_number=checked.trade_register_number or "",
        oin=checked.oin or "",
        policy=checked.policy,
        certificate_der=checked.certificate.public_bytes(Encoding.DER),
        chain_pem=b"".join(link.public_bytes(Encoding.PEM) for link in checked.chain).decode(),
        sealed_key=seal_key(checked.key_pkcs8, public, office=office.pk, certificate=pk),
        uploaded_by=by,
    )


def _switch(certificate: Certificate, by: User) -> None:
    active = Certificate.objects.filter(Q(office=certificate.office, is_active=True) & ~Q(pk=certificate.pk))
    replaces = list(active)
    for replaced in replaces:
        set_active(replaced, False)
        record("certificate.deactivated", replaced, by, replaced_by=certificate.fingerprint)
    set_active(certificate, True)
    event = record("certificate.activated", certificate, by)
    if replaces:
        mails.tell_replaced(certificate, occasion=event.pk)


def _ask_workers_after_commit(certificate: Certificate) -> None:
    pk = str(certificate.pk)

    def prove() -> None:
        tasks.prove_key.delay(pk)

    def check_revocation() -> None:
        tasks.check_revocation.delay(pk)

    # robust: a broker that is away must not undo the upload; the sweeps find what is waiting
    transaction.on_commit(prove, robust=True)
    transaction.on_commit(check_revocation, robust=True)
