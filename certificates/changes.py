"""What every change of an office's certificates shares: it waits its turn, and leaves a trace."""

from __future__ import annotations

from certificates.models import Certificate
from portal.office import audit
from portal.office.models import AuditEvent, Office, User


def one_at_a_time(office: Office) -> None:
    """Changes of an office's certificates wait for one another; its other work does not."""
    Office.objects.select_for_update(no_key=True).get(pk=office.pk)


def set_active(certificate: Certificate, value: bool) -> None:
    """Change this and nothing else of the row."""
    certificate.is_active = value
    certificate.save(update_fields=["is_active"])


def record(act: str, certificate: Certificate, by: User | None, **facts: str) -> AuditEvent:
    """Leave the trace of `act`; it stays when the certificate is deleted."""
    return audit.record(
        act,
        office=certificate.office,
        by=by,
        target=certificate,
        fingerprint=certificate.fingerprint,
        subject=certificate.subject,
        **facts,
    )
