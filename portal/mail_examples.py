"""Every kind of mail with fixed example data, as its own code would fill it in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from certificates.mails import SUBJECTS

_MOMENT = dt.datetime(2026, 11, 22, 15, 58, tzinfo=dt.UTC)
_REFERENCE = "MIG-2026-0042"
_ENDS_AT = dt.datetime(2027, 1, 14, 11, 0, tzinfo=dt.UTC)
_CERTIFICATES = {"url": "/instellingen/certificaten/", "ends_at": _ENDS_AT}


@dataclass(frozen=True)
class Example:
    """A mail of a kind; `thread` as `queue_mail` takes it."""

    kind: str
    title: Promise | str
    subject: str
    context: Mapping[str, object] = field(default_factory=dict)
    thread: str | None = None


def _migration(kind: str, title: Promise, subject: str, **numbers: int) -> Example:
    totals = {"announced": 567, "migrated": 0, "skipped": 0, "rejected": 0, "warnings": 0, "remarks": 0}
    context = {
        "reference": _REFERENCE,
        "file_name": "15102021135603.zip",
        "report_url": "/instellingen/migratie/0199a8f0-0000-7000-8000-00000000002a/",
        "day": dt.date(2026, 11, 23),
        **totals,
        **numbers,
    }
    return Example(f"migration_{kind}", title, f"{subject} ({_REFERENCE})", context, _REFERENCE)


def _expiry(weeks: int, left: str) -> Example:
    subject = str(SUBJECTS[weeks]).format(left=left, day="14-01-2027")
    context = {**_CERTIFICATES, "weeks": weeks, "successor": False}
    return Example("certificate_expires", f"Certificaat verloopt over {left}", subject, context)


EXAMPLES: Mapping[str, Example] = {
    "migratie-in-de-wachtrij": _migration(
        "queued", _("Migratie in de wachtrij"), "Uw migratie staat in de wachtrij"
    ),
    "migratie-geweigerd": _migration(
        "refused", _("Migratiebestand geweigerd"), "Uw migratiebestand is geweigerd"
    ),
    "migratie-voltooid": _migration(
        "completed", _("Migratie voltooid"), "Uw migratie is voltooid", migrated=567
    ),
    "migratie-met-waarschuwingen": _migration(
        "completed_with_warnings",
        _("Migratie voltooid met waarschuwingen"),
        "Uw migratie is voltooid met 3 waarschuwingen",
        migrated=564,
        skipped=1,
        rejected=2,
        remarks=3,
    ),
    "migratie-niet-gelukt": _migration("failed", _("Migratie niet gelukt"), "Uw migratie is niet gelukt"),
    "migratie-onderbroken": _migration(
        "failed", _("Migratie halverwege onderbroken"), "Uw migratie is niet gelukt", migrated=200
    ),
    "migratie-geannuleerd": _migration("cancelled", _("Migratie geannuleerd"), "Uw migratie is geannuleerd"),
    "migratie-gestopt": _migration(
        "cancelled", _("Migratie halverwege gestopt"), "Uw migratie is geannuleerd", migrated=200
    ),
    "migratie-te-laat": Example(
        "migration_late",
        _("Migratie te laat (aan Support)"),
        f"Migratie {_REFERENCE} is nog niet klaar",
        {
            "reference": _REFERENCE,
            "day": dt.date(2026, 11, 23),
            "status": _("Wordt nu verwerkt..."),
            "records_done": 200,
            "records_total": 567,
            "attempts": 2,
            "admin_url": "/admin/migrations_app/migrationjob/0199a8f0-0000-7000-8000-00000000002a/change/",
        },
        _REFERENCE,
    ),
    "certificaat-verloopt-8": _expiry(8, "8 weken"),
    "certificaat-verloopt-4": _expiry(4, "4 weken"),
    "certificaat-verloopt-1": _expiry(1, "1 week"),
    "certificaat-vervangen": Example(
        "certificate_replaced",
        _("Certificaat vervangen"),
        "Uw PKIoverheid-certificaat is vervangen",
        _CERTIFICATES,
    ),
    "certificaat-ingetrokken": Example(
        "certificate_revoked",
        _("Certificaat ingetrokken"),
        "Uw PKIoverheid-certificaat is ingetrokken",
        {**_CERTIFICATES, "moment": _MOMENT, "was_active": True},
    ),
    "uitnodiging": Example(
        "invitation",
        _("Uitnodiging"),
        "Uw toegang tot Nextens",
        {"url": "https://portal.example/uitnodiging/?sleutel=voorbeeld", "until": _MOMENT},
    ),
    "nieuw-wachtwoord": Example(
        "password_reset",
        _("Nieuw wachtwoord"),
        "Stel een nieuw wachtwoord in voor Nextens",
        {"url": "https://portal.example/wachtwoord-vergeten/voorbeeld/", "until": _MOMENT},
    ),
    "nieuw-e-mailadres": Example(
        "email_change",
        _("Nieuw e-mailadres bevestigen"),
        "Bevestig de wijziging van uw e-mailadres",
        {"url": "https://portal.example/e-mailadres/?sleutel=voorbeeld", "until": _MOMENT},
    ),
    "wijziging-account": Example(
        "account_changed", _("Wijziging van een account"), "Uw wachtwoord is gewijzigd"
    ),
    "nieuw-apparaat": Example(
        "new_login",
        _("Inloggen vanaf een nieuw apparaat"),
        "Er is ingelogd vanaf een nieuw apparaat",
        {"browser": "Firefox op Windows", "address": "192.0.2.10", "at": _MOMENT},
    ),
}
"""By the name that stands in their address."""
