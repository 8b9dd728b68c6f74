"""Every kind of mail with example data, for Nextens administrators to look at and send to themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from csp.decorators import csp_update
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.ids import uuid7
from portal.office.models import Office, OutgoingMail, User
from portal.office.outbox import make_mail, queue_mail
from portal.office.sending import message

_WIDTHS = ("600", "320")
_DARK_RULE = "@media (prefers-color-scheme: dark)"
_COLOURS = {"licht": "@media not all", "donker": "@media all"}
_MOMENT = dt.datetime(2026, 11, 22, 15, 58, tzinfo=dt.UTC)
_OFFICE = Office(name="Nextens Demo")
_THREAD = "MIG-2026-0042"


@dataclass(frozen=True)
class Example:
    """What a mail of this kind says, as its own code would fill it in; the subject too."""

    title: Promise
    subject: str
    context: Mapping[str, object] = field(default_factory=dict)
    thread: str | None = None


def _migration(title: Promise, subject: str, **numbers: int) -> Example:
    totals = {"announced": 567, "migrated": 0, "skipped": 0, "rejected": 0, "warnings": 0, "remarks": 0}
    context = {
        "reference": _THREAD,
        "file_name": "15102021135603.zip",
        "report_url": "/instellingen/migratie/0199a8f0-0000-7000-8000-00000000002a/",
        "day": dt.date(2026, 11, 23),
        **totals,
        **numbers,
    }
    return Example(title, f"{subject} ({_THREAD})", context, _THREAD)


EXAMPLES = {
    "migration_queued": _migration(_("Migratie in de wachtrij"), "Uw migratie staat in de wachtrij"),
    "migration_refused": _migration(_("Migratiebestand geweigerd"), "Uw migratiebestand is geweigerd"),
    "migration_completed": _migration(_("Migratie voltooid"), "Uw migratie is voltooid", migrated=567),
    "migration_completed_with_warnings": _migration(
        _("Migratie voltooid met waarschuwingen"),
        "Uw migratie is voltooid met 3 waarschuwingen",
        migrated=564,
        skipped=1,
        rejected=2,
        remarks=3,
    ),
    "migration_failed": _migration(_("Migratie niet gelukt"), "Uw migratie is niet gelukt"),
    "account_changed": Example(_("Wijziging van een account"), "Uw wachtwoord is gewijzigd"),
    "new_login": Example(
        _("Inloggen vanaf een nieuw apparaat"),
        "Er is ingelogd vanaf een nieuw apparaat",
        {"browser": "Firefox op Windows", "address": "192.0.2.10", "at": _MOMENT},
    ),
    "email_change": Example(
        _("Nieuw e-mailadres bevestigen"),
        "Bevestig de wijziging van uw e-mailadres",
        {"url": "https://portal.example/e-mailadres/?sleutel=voorbeeld", "until": _MOMENT},
    ),
    "invitation": Example(
        _("Uitnodiging"),
        "Uw toegang tot Nextens",
        {"url": "https://portal.example/uitnodiging/?sleutel=voorbeeld", "until": _MOMENT},
    ),
    "password_reset": Example(
        _("Nieuw wachtwoord"),
        "Stel een nieuw wachtwoord in voor Nextens",
        {"url": "https://portal.example/wachtwoord-vergeten/voorbeeld/", "until": _MOMENT},
    ),
}


@require_safe
@admin.site.admin_view
def examples(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Voorbeelden van mails"), "examples": EXAMPLES}
    return render(request, "admin/mail_examples.html", context)


# the mail's own styles are inline, and a frame without an address of its own obeys the page's policy
@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[arg-type]  # its hints know no arguments
@require_http_methods(["GET", "HEAD", "POST"])
@admin.site.admin_view
def example(request: HttpRequest, kind: str) -> HttpResponse:
    """The mail as it would go out; by POST it goes out, to who asks."""
    if kind not in EXAMPLES:
        raise Http404
    if request.method == "POST":
        return _send(request, kind)
    width = request.GET.get("breedte", _WIDTHS[0])
    colour = request.GET.get("kleur", "licht")
    if width not in _WIDTHS or colour not in _COLOURS:
        raise Http404
    mail = made(kind, "gebruiker@kantoor.example")
    context = {
        **admin.site.each_context(request),
        "title": EXAMPLES[kind].title,
        "mail": mail,
        "headers": message(mail).message().items(),
        "html": mail.html.replace(_DARK_RULE, _COLOURS[colour]),
        "width": width,
        "widths": _WIDTHS,
        "colour": colour,
        "colours": _COLOURS,
    }
    return render(request, "admin/mail_example.html", context)


def made(kind: str, recipient: str) -> OutgoingMail:
    """The unsaved mail of this kind with its example data."""
    shown = EXAMPLES[kind]
    return make_mail(
        kind=kind,
        office=_OFFICE,
        recipient=recipient,
        dedupe_key="",
        subject=shown.subject,
        context=shown.context,
        thread=shown.thread,
    )


def _send(request: HttpRequest, kind: str) -> HttpResponse:
    user = request.user
    if isinstance(user, User):
        shown = EXAMPLES[kind]
        queue_mail(
            kind=kind,
            office=None,
            recipient=user.email,
            dedupe_key=f"example:{uuid7()}",
            subject=shown.subject,
            context=shown.context,
        )
        messages.success(request, _("De test staat klaar voor verzending naar uw eigen adres."))
    return redirect(request.path)
