"""How a certificate is shown: how long it lasts, what stands in it, and what was done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from certificates.checking import EXPIRES_SOON
from certificates.models import Certificate
from certificates.pkioverheid import POLICIES, readable
from portal.office.models import AuditEvent

ACTS = {
    "certificate.uploaded": gettext_lazy("Geüpload"),
    "certificate.activated": gettext_lazy("Actief gemaakt"),
    "certificate.deactivated": gettext_lazy("Inactief gemaakt"),
    "certificate.revoked": gettext_lazy("Ingetrokken door de uitgever"),
    "certificate.resealed": gettext_lazy("Sleutel opnieuw verzegeld"),
    "certificate.used": gettext_lazy("Sleutel gebruikt"),
}
_HISTORY = 50
_KEY_USAGES = {
    "digital_signature": gettext_lazy("ondertekenen"),
    "content_commitment": gettext_lazy("onweerlegbaar ondertekenen"),
    "key_encipherment": gettext_lazy("sleutels versleutelen"),
    "data_encipherment": gettext_lazy("gegevens versleutelen"),
}
_EXTENDED_USAGES = {
    ExtendedKeyUsageOID.CLIENT_AUTH: gettext_lazy("zich aanmelden bij een server"),
    ExtendedKeyUsageOID.SERVER_AUTH: gettext_lazy("zich bekendmaken als server"),
}


@dataclass(frozen=True)
class Validity:
    """A word on the time that is left; `tone` as `status_badge` knows them."""

    tone: str
    label: str


@dataclass(frozen=True)
class Described:
    """What stands in the certificate itself."""

    subject: str
    issuer: str
    sha1: str
    policy: str
    usages: list[str]
    chain: list[str]


def validity(certificate: Certificate, now: datetime) -> Validity:
    """Revoked, ended, yet to begin, or how many days are left."""
    if certificate.revoked_at:
        return Validity("error", _("ingetrokken"))
    if now > certificate.not_valid_after:
        return Validity("error", _("verlopen"))
    if now < certificate.not_valid_before:
        return Validity("warning", _("nog niet geldig"))
    left = certificate.not_valid_after - now
    label = ngettext("nog %(days)d dag", "nog %(days)d dagen", left.days) % {"days": left.days}
    return Validity("warning" if left <= EXPIRES_SOON else "neutral", label)


def revocation(certificate: Certificate) -> str:
    """What its issuer said, and when; that it was asked in vain is said as well."""
    asked, tried = _moment(certificate.checked_at), _moment(certificate.check_tried_at)
    if certificate.revoked_at:
        return _("ingetrokken op %(moment)s") % {"moment": _moment(certificate.revoked_at)}
    if asked:
        return _("niet ingetrokken, gecontroleerd op %(moment)s") % {"moment": asked}
    if tried:
        return _("nog niet gecontroleerd; de uitgever gaf geen antwoord op %(moment)s") % {"moment": tried}
    return _("nog niet gecontroleerd")


def describe(certificate: Certificate) -> Described:
    """Read the certificate again for the page that shows all of it."""
    own, *others = x509.load_pem_x509_certificates(certificate.chain_pem.encode())
    names = {policy.oid: policy.name for policy in POLICIES}
    return Described(
        subject=readable(own.subject),
        issuer=readable(own.issuer),
        sha1=own.fingerprint(SHA1()).hex(),  # noqa: S303 - people compare it with what their supplier shows
        policy=names.get(certificate.policy, ""),
        usages=_usages(own),
        chain=[readable(link.subject) for link in others],
    )


def history(certificate: Certificate) -> list[tuple[AuditEvent, str]]:
    """What was done with it, newest first, each with its words."""
    events: QuerySet[AuditEvent] = AuditEvent.objects.filter(target_id=certificate.pk, act__in=ACTS)
    return [(event, str(ACTS[event.act])) for event in events.select_related("actor")[:_HISTORY]]


def _moment(value: datetime | None) -> str:
    return date_format(timezone.localtime(value), "d-m-Y H:i") if value else ""


def _usages(certificate: x509.Certificate) -> list[str]:
    found: list[str] = []
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage):
            found += [str(text) for name, text in _KEY_USAGES.items() if getattr(value, name)]
        elif isinstance(value, x509.ExtendedKeyUsage):
            found += [str(_EXTENDED_USAGES.get(usage, usage.dotted_string)) for usage in value]
    return found
