"""Every code in Dutch: what is the matter, and what the user can do. For pages, report and commands alike."""

from __future__ import annotations

from migrations_app.migration_file.errors import OutcomeCode, RefusalCode, WarningCode

_DAMAGED = "Het migratiebestand is beschadigd of niet compleet."
_NOT_OURS = "Dit .zip-bestand is niet met de Nextens-migratietool gemaakt."
_EXPORT_AGAIN = "Maak met de migratietool een nieuw exportbestand."
_ASK_SUPPLIER = "Vraag de leverancier van het programma dat het bestand maakte om een nieuw exportbestand."
_ASK_SUPPORT = "Neem contact op met Support."

_REFUSALS: dict[RefusalCode, tuple[str, str]] = {
    RefusalCode.NOT_A_ZIP: (
        "Het migratiebestand is geen geldig .zip-bestand of is beschadigd.",
        _EXPORT_AGAIN,
    ),
    RefusalCode.TRUNCATED: (_DAMAGED, _EXPORT_AGAIN),
    RefusalCode.ENCRYPTED_ENTRY: (
        "Het migratiebestand is met een wachtwoord beveiligd.",
        "Upload het bestand zoals de migratietool het heeft gemaakt, zonder wachtwoord.",
    ),
    RefusalCode.UNSAFE_PATH: (
        "Het migratiebestand bevat een bestandsnaam of een koppeling die niet is toegestaan.",
        _EXPORT_AGAIN,
    ),
    RefusalCode.DUPLICATE_ENTRY: (
        "Het migratiebestand bevat twee bestanden met dezelfde naam.",
        _EXPORT_AGAIN,
    ),
    RefusalCode.OVERLAPPING_ENTRIES: ("Het migratiebestand is niet juist opgebouwd.", _EXPORT_AGAIN),
    RefusalCode.TOO_LARGE: (
        "Het migratiebestand is groter dan toegestaan.",
        "Maak met de migratietool meerdere kleinere exportbestanden.",
    ),
    RefusalCode.MANIFEST_MISSING: (_NOT_OURS, _EXPORT_AGAIN),
    RefusalCode.MANIFEST_INVALID: (
        "De inhoudsopgave van het migratiebestand (manifest.json) is niet juist.",
        _ASK_SUPPLIER,
    ),
    RefusalCode.VERSION_UNSUPPORTED: (
        "Het migratiebestand heeft een versie die Nextens niet kan lezen.",
        "Gebruik een versie van de migratietool die bij Nextens past.",
    ),
    RefusalCode.OTHER_OFFICE: (
        "Dit migratiebestand is van een ander kantoor: het handelsregisternummer is niet dat van uw kantoor.",
        "Controleer of u het juiste bestand heeft gekozen. Hoort het nummer toch bij uw kantoor, "
        "bijvoorbeeld door een fusie? Neem dan contact op met Support.",
    ),
    RefusalCode.PART_MISSING: (_DAMAGED, _EXPORT_AGAIN),
    RefusalCode.ENTRY_NOT_ANNOUNCED: (
        "Het migratiebestand bevat een bestand dat nergens is aangekondigd.",
        "Voeg zelf niets aan het migratiebestand toe. " + _EXPORT_AGAIN,
    ),
    RefusalCode.PART_CHECKSUM: (_DAMAGED, _EXPORT_AGAIN),
    RefusalCode.PART_COUNT: (
        "Het migratiebestand bevat een ander aantal gegevens dan is aangekondigd.",
        _EXPORT_AGAIN,
    ),
}

_CORRECT = "Verbeter het gegeven in het desktopprogramma en maak een nieuw exportbestand."

_PROBLEMS: dict[OutcomeCode | WarningCode, tuple[str, str]] = {
    OutcomeCode.NOT_SELECTED: (
        "U heeft dit onderdeel niet gekozen.",
        "Upload het bestand opnieuw en kies dit onderdeel als u het wel wilt migreren.",
    ),
    OutcomeCode.YEAR_NOT_SUPPORTED: (
        "Dit jaar wordt niet ondersteund: vanaf 2015, voor btw en ICP vanaf 2016.",
        "U hoeft niets te doen. Bewaar dit jaar in het desktopprogramma.",
    ),
    OutcomeCode.EDITED_IN_PORTAL: (
        "Dit gegeven is in Nextens ontgrendeld of gewijzigd; die versie is gebleven.",
        "U hoeft niets te doen.",
    ),
    OutcomeCode.DUPLICATE_ID: (
        "Dit gegeven staat meer dan eens in het bestand; het eerste telt.",
        _ASK_SUPPLIER,
    ),
    OutcomeCode.INVALID_JSON: ("Deze regel van het bestand is niet leesbaar.", _ASK_SUPPLIER),
    OutcomeCode.INVALID_FIELD: ("Een veld is niet juist gevuld.", _CORRECT),
    OutcomeCode.INVALID_BSN: (
        "Het bsn klopt niet.",
        "Controleer het bsn van deze klant in het desktopprogramma en maak een nieuw exportbestand.",
    ),
    OutcomeCode.INVALID_RSIN: (
        "Het RSIN klopt niet.",
        "Controleer het RSIN van deze klant in het desktopprogramma en maak een nieuw exportbestand.",
    ),
    OutcomeCode.UNKNOWN_CLIENT: (
        "De klant waar dit bij hoort, staat niet in dit bestand en is niet eerder gemigreerd.",
        "Migreer eerst de klanten van deze bron en upload daarna dit bestand opnieuw.",
    ),
    OutcomeCode.DOCUMENT_MISSING: (
        "Het document dat bij dit gegeven hoort, ontbreekt in het bestand.",
        _EXPORT_AGAIN,
    ),
    OutcomeCode.DOCUMENT_CHECKSUM: (
        "Het document dat bij dit gegeven hoort, is beschadigd of een ander document.",
        _EXPORT_AGAIN,
    ),
    OutcomeCode.NOT_PROCESSABLE: ("Dit gegeven kon na drie pogingen niet worden verwerkt.", _ASK_SUPPORT),
    OutcomeCode.DOCUMENT_MISMATCH: (
        "Het document is van een andere klant, of van een ander tijdvak of een andere belasting.",
        "Controleer in het desktopprogramma bij welke klant de aangifte hoort.",
    ),
    WarningCode.NO_IDENTIFIER: (
        "Deze klant heeft geen bsn en geen RSIN.",
        "Vul het nummer in Nextens aan; zonder nummer kunt u geen aangiften verzenden.",
    ),
    WarningCode.DOCUMENT_DIFFERS: (
        "Het nummer in het document is niet het nummer van deze klant of van een andere klant.",
        "Controleer of het document bij deze klant hoort, bijvoorbeeld door een fiscale eenheid.",
    ),
    WarningCode.DOCUMENT_UNREADABLE: (
        "Het document kon niet worden gelezen en is ongewijzigd bewaard.",
        "U kunt het document downloaden en zelf bekijken.",
    ),
    WarningCode.UNKNOWN_SCHEME: (
        "Het soort nummer in het document is niet bekend; het document is bewaard.",
        "Controleer of het document bij deze klant hoort.",
    ),
    WarningCode.UNKNOWN_PRODUCT: (
        "Nextens kent dit programma niet; de aangiften zijn wel overgenomen.",
        "Controleer of de aangiften bij de juiste belasting staan.",
    ),
    WarningCode.UNKNOWN_PARTNER: (
        "De fiscale partner van deze klant is niet gevonden.",
        "Migreer ook de partner, of leg de partner vast in Nextens.",
    ),
    WarningCode.POSSIBLE_DUPLICATE: (
        "Deze aangifte komt uit twee bronnen; beide zijn bewaard.",
        "Vergelijk de twee aangiften en bepaal welke u gebruikt.",
    ),
}

_FIELDS = {
    "id": "Id",
    "client_id": "Klant",
    "client_number": "Klantnummer",
    "kind": "Soort",
    "name": "Naam",
    "initials": "Voorletters",
    "name_prefix": "Voorvoegsel",
    "bsn": "Bsn",
    "rsin": "RSIN",
    "sequence": "Volgnummer",
    "trade_register_number": "KvK-nummer",
    "vat_id": "Btw-id",
    "vat_return_number": "Omzetbelastingnummer",
    "payroll_tax_number": "Loonheffingennummer",
    "date_of_birth": "Geboortedatum",
    "email": "E-mailadres",
    "phone": "Telefoon",
    "address": "Adres",
    "partner_id": "Fiscale partner",
    "active": "Actief",
    "client_until": "Klant tot",
    "tax": "Belasting",
    "tax_year": "Aangiftejaar",
    "period": "Tijdvak",
    "variant": "Variant",
    "status": "Status",
    "submitted_at": "Verzonden op",
    "modified_at": "Gewijzigd op",
    "amount": "Bedrag",
    "document": "Document",
    "message": "Soort bericht",
    "assessment_number": "Aanslagnummer",
    "assessment_date": "Dagtekening",
    "objection_deadline": "Uiterste datum bezwaar",
    "financial_year_start": "Begin boekjaar",
    "financial_year_end": "Einde boekjaar",
    "extended_until": "Uitstel tot",
    "title": "Titel",
    "lines": "Regels",
    "staff_email": "E-mailadres van de medewerker",
    "staff_name": "Medewerker",
    "role": "Rol",
    "product": "Programma",
}

_EXPECTATIONS = {
    "required": "dit veld is verplicht",
    "text": "verwacht een tekst",
    "date": "verwacht een datum, zoals 2018-12-31",
    "moment": "verwacht een datum en tijd met tijdzone, zoals 2018-12-31T13:56:03+01:00",
    "amount": "verwacht een bedrag van ten hoogste 15 cijfers, waarvan twee decimalen",
    "boolean": "verwacht true of false",
    "list": "verwacht een lijst",
    "object": "verwacht een samengesteld gegeven",
    "sha256": "verwacht een controlegetal van 64 tekens",
    "email": "verwacht een e-mailadres",
    "country": "verwacht een landcode van twee letters, zoals NL",
    "period": "verwacht een tijdvak, zoals 2018, 2016-Q3, 2016-07 of 2018-04-01/2019-03-31",
    "period-in-tax-year": "het tijdvak moet beginnen in het aangiftejaar",
    "vat-id": "verwacht een geldig btw-id, zoals NL002455799B11",
    "vat-return-number": "verwacht een geldig omzetbelastingnummer, zoals 001000044B37",
    "payroll-tax-number": "verwacht een geldig loonheffingennummer, zoals 001000044L01",
    "document-path": "verwacht een bestandsnaam die met documents/ begint",
    "only-business": "dit veld hoort alleen bij een onderneming",
    "financial-year-order": "het boekjaar eindigt voordat het begint",
    "nfc": "de tekst moet in Unicode-vorm NFC staan",
    "no-nul": "de tekst bevat een teken dat niet mag (U+0000)",
}


def refusal_sentence(
    code: RefusalCode, *, name: str | None = None, size: str | None = None, maximum: str | None = None
) -> str:
    """Why the file is refused. `name` of the file, `size` and `maximum` (as shown) make it more exact."""
    if code is RefusalCode.NOT_A_ZIP and name and not name.lower().endswith(".zip"):
        return f"Het migratiebestand moet een .zip-bestand zijn. U koos: {name}."
    if code is RefusalCode.TOO_LARGE and size and maximum:
        return f"Het migratiebestand is {size}. Het maximum is {maximum}."
    return _REFUSALS[code][0]


def refusal_remedy(code: RefusalCode) -> str:
    return _REFUSALS[code][1]


def problem_sentence(
    code: OutcomeCode | WarningCode, field: str | None = None, expectation: str | None = None
) -> str:
    """What is the matter with a record; for invalid-field with the field and what belongs in it."""
    if code is OutcomeCode.INVALID_FIELD and field:
        said = expectation_phrase(expectation) if expectation else "niet juist gevuld"
        return f"{field_label(field)}: {said}."
    return _PROBLEMS[code][0]


def problem_remedy(code: OutcomeCode | WarningCode) -> str:
    return _PROBLEMS[code][1]


def field_label(field: str) -> str:
    """`address.postcode` becomes `Adres (postcode)`."""
    first, _, rest = field.replace("[...]", "").partition(".")
    label = _FIELDS.get(first, first)
    return f"{label} ({rest})" if rest else label


def expectation_phrase(expectation: str) -> str:
    """A word of expectations.py in Dutch."""
    kind, _, bounds = expectation.partition(":")
    low, _, high = bounds.partition("-")
    if kind == "text" and bounds:
        return f"verwacht een tekst van {low} tot {high} tekens"
    if kind == "integer":
        return f"verwacht een geheel getal van {low} tot en met {high}"
    if kind == "one-of":
        return f"verwacht een van: {bounds.replace('|', ', ')}"
    if kind == "digits":
        return f"verwacht {bounds} cijfers"
    return _EXPECTATIONS[kind]
