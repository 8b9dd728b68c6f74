"""Mails about certificates to the kantoorbeheerders; each occasion is one mail, however often it is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.messages import shown_day
from certificates.models import Certificate
from portal.office import outbox
from portal.office.models import Membership, Office, OutgoingMail, Role

# weeks before the end -> subject
SUBJECTS = {
    8: gettext_lazy("Uw PKIoverheid-certificaat verloopt over {left} ({day})"),
    # without {left}, to stay within 70 characters
    4: gettext_lazy("Herinnering: uw PKIoverheid-certificaat verloopt op {day}"),
    1: gettext_lazy("Dringend: uw PKIoverheid-certificaat verloopt over {left} ({day})"),
}
_WITH_SUPPORT = 1


def tell_expiry(certificate: Certificate, *, weeks: int, left: str, successor: bool) -> bool:
    """Warn that it ends; `weeks` names the warning, of which there is one ever, `left` says how long it is.

    `successor`: a later certificate is there and only has to be made active. Returns whether mails were left.
    """
    occasion = f"certificate-expires:{certificate.pk}:{weeks}:"
    if OutgoingMail.objects.filter(dedupe_key__startswith=occasion).exists():
        return False
    recipients = administrators(certificate.office)
    if weeks == _WITH_SUPPORT:
        recipients.append(settings.SUPPORT_EMAIL)
    subject = str(SUBJECTS[weeks]).format(left=left, day=shown_day(certificate.not_valid_after))
    facts = {"weeks": weeks, "successor": successor}
    _queue("certificate_expires", certificate, recipients, occasion, subject, facts)
    return bool(recipients)


def tell_replaced(certificate: Certificate, *, occasion: UUID) -> None:
    """Say that this one took the place of another: whoever did not do that should know."""
    subject = _("Uw PKIoverheid-certificaat is vervangen")
    recipients = administrators(certificate.office)
    _queue("certificate_replaced", certificate, recipients, f"certificate-replaced:{occasion}:", subject, {})


def tell_revoked(certificate: Certificate, moment: datetime, *, was_active: bool, occasion: UUID) -> None:
    """Say that its issuer withdrew it and that it is out of use."""
    subject = _("Uw PKIoverheid-certificaat is ingetrokken")
    facts = {"moment": moment, "was_active": was_active}
    recipients = administrators(certificate.office)
    _queue("certificate_revoked", certificate, recipients, f"certificate-revoked:{occasion}:", subject, facts)


def administrators(office: Office) -> list[str]:
    """Addresses of the office's kantoorbeheerders who can log in."""
    members = Membership.objects.filter(office=office, role=Role.ADMINISTRATOR, user__is_active=True)
    return sorted(members.values_list("user__email", flat=True))


def _queue(
    kind: str,
    certificate: Certificate,
    recipients: list[str],
    occasion: str,
    subject: str,
    facts: Mapping[str, object],
) -> None:
    context = {
        "ends_at": certificate.not_valid_after,
        "url": reverse("certificates:overview"),
        **facts,
    }
    for recipient in recipients:
        outbox.queue_mail(
            kind=kind,
            office=certificate.office,
            recipient=recipient,
            dedupe_key=f"{occasion}{recipient}"[:200],
            subject=subject,
            context=context,
        )
