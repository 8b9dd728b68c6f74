"""The Dutch sentence for each code: why a file is refused, and what to heed before a certificate is used."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from certificates.problems import CertificateProblem
from portal.ui.templatetags.ui import file_size

PASSWORD_CODES = {"wrong-password"}
"""Codes that stand at the password; all others stand at the file."""

ACCEPTED = _("Dit certificaat is in orde.")
MISSING_FILE = _("Selecteer uw certificaatbestand (.pfx of .p12).")

REFUSALS = {
    "wrong-extension": _("Het bestand moet een .pfx- of .p12-bestand zijn. U koos: {name}."),
    "empty": _("Dit bestand is leeg. Selecteer uw certificaatbestand (.pfx of .p12)."),
    "too-large": _("Dit bestand is {size}. Een certificaatbestand is ten hoogste 1 MB."),
    "unreadable": _(
        "Dit bestand is geen geldig certificaatbestand. "
        "Vraag uw certificaatleverancier om het .pfx- of .p12-bestand."
    ),
    "wrong-password": _(
        "Het wachtwoord past niet bij dit certificaat. "
        "Voer het wachtwoord van het certificaat in, niet dat van Nextens."
    ),
    "not-protected": _(
        "Dit certificaatbestand is niet met een wachtwoord beveiligd. "
        "Exporteer het certificaat opnieuw, met een wachtwoord."
    ),
    "no-key": _(
        "Dit bestand bevat geen privésleutel. Exporteer het certificaat opnieuw, samen met de privésleutel."
    ),
    "no-certificate": _(
        "Dit bestand bevat alleen een privésleutel en geen certificaat. "
        "Vraag uw certificaatleverancier om het .pfx- of .p12-bestand."
    ),
    "key-mismatch": _(
        "De privésleutel in dit bestand hoort niet bij het certificaat. "
        "Vraag uw certificaatleverancier om het juiste .pfx- of .p12-bestand."
    ),
    "several-keys": _(
        "Dit bestand bevat meer dan één privésleutel. "
        "Exporteer alleen het certificaat dat u in Nextens wilt gebruiken."
    ),
    "expired": _("Dit certificaat is verlopen op {moment}. Vraag een nieuw certificaat aan."),
    "not-yet-valid": _("Dit certificaat is pas geldig vanaf {moment}. Upload het vanaf die dag."),
    "untrusted": _(
        "Dit certificaat is niet uitgegeven onder een stamcertificaat van PKIoverheid. "
        "Gebruik een PKIoverheid services certificaat."
    ),
    "not-services": _(
        "Dit certificaat is geen PKIoverheid services certificaat. "
        "Vraag uw certificaatleverancier om een services certificaat."
    ),
    "weak": _("De beveiliging van dit certificaat is verouderd. Vraag een nieuw certificaat aan."),
    "duplicate": _("Dit certificaat staat al in de lijst: {subject}, geüpload op {moment}."),
    "revoked": _("Dit certificaat is ingetrokken op {moment}. Vraag een nieuw certificaat aan."),
}

CAUTIONS = {
    "expires-soon": _(
        "Let op: dit certificaat verloopt op {moment}. Start nu met de aanvraag van een nieuw."
    ),
    "other-number": _(
        "Let op: dit certificaat heeft handelsregisternummer {new}; uw huidige heeft {old}. "
        "Lees eerst hoe u het certificaat verlegt."
    ),
    "not-office-number": _(
        "Let op: dit certificaat heeft handelsregisternummer {new}; bij Kantoorgegevens staat {office}."
    ),
    "no-oin": _("Let op: in dit certificaat staat geen OIN of HRN."),
    "numbers-differ": _("Let op: dit certificaat noemt twee verschillende handelsregisternummers."),
    "revocation-not-checked": _(
        "Let op: Nextens heeft nog niet gecontroleerd of dit certificaat is ingetrokken."
    ),
}


def refusal(problem: CertificateProblem) -> str:
    """The sentence for a problem, its facts filled in."""
    facts = {name: _shown(name, value) for name, value in problem.facts.items()}
    return str(REFUSALS[problem.code]).format_map(facts)


def caution(code: str, **facts: str | datetime) -> str:
    """The sentence for a warning, its facts filled in."""
    return str(CAUTIONS[code]).format_map({name: _shown(name, value) for name, value in facts.items()})


def attention(moment: datetime, *, ended: bool) -> str:
    """What Home says of an active certificate near or past its end."""
    text = _("Certificaat is verlopen op {moment}") if ended else _("Certificaat verloopt {moment}")
    return str(text).format(moment=_shown("moment", moment))


def revoked(moment: datetime) -> str:
    """What Home says of a certificate that its issuer withdrew."""
    return str(_("Certificaat is ingetrokken op {moment}")).format(moment=shown_day(moment))


def shown_day(moment: datetime) -> str:
    """`22-11-2026`, local time."""
    return date_format(timezone.localtime(moment), "d-m-Y")


def _shown(name: str, value: str | int | datetime) -> str:
    if isinstance(value, datetime):
        return shown_day(value)
    return file_size(int(value)) if name == "size" else str(value)
