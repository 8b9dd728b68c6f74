"""Whether an office may upload a migration file now: wizard, tus and API ask the same."""

from __future__ import annotations

from portal.office import ports
from portal.office.models import Office


def has_certificate(office: Office) -> bool:
    """Whether there is an active certificate that is valid today."""
    return ports.certificates().has_active_certificate(office.pk)


def may_upload(office: Office) -> bool:
    """Without a certificate only where the kantoorbeheerder made that a warning."""
    return not office.certificate_required or has_certificate(office)
