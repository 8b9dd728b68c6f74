"""The forms of the wizard and of the overview."""

from __future__ import annotations

import json
import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from migrations_app import sentences
from migrations_app.accepting import TICKED_KINDS
from migrations_app.migration_file import RefusalCode
from migrations_app.models import ImportType, MigrationJob, PartKind
from migrations_app.resumable import Choices
from migrations_app.uploads import BytesFile, EmptyUpload, NoRoom, NoZip, UploadRefused, UploadTooLarge
from portal.dossiers.models import MessageStatus
from portal.office.models import Office
from portal.ui.templatetags.ui import day, file_size

_NINE_DIGITS = re.compile(r"(?<!\d)\d{9}(?!\d)")


class SearchForm(forms.Form):
    """The overview's search. A personal number must not get into an address, and so into a log."""

    q = forms.CharField(
        label=_("Zoek op naam"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Zoek op naam")}),
        error_messages={
            "number": _("Zoek hier op de naam van het bestand, niet op een BSN of RSIN."),
            "max_length": _("Zoek op ten hoogste 100 tekens."),
        },
    )

    def clean_q(self) -> str:
        words: str = self.cleaned_data["q"]
        if _NINE_DIGITS.search(words):
            raise ValidationError(self.fields["q"].error_messages["number"], code="number")
        return words


class ImportTypeForm(forms.Form):
    """Page 2 of the wizard."""

    import_type = forms.ChoiceField(
        label=_("Migratie van:"),
        help_text=_("Kies hier voor 'Gecombineerd'."),
        choices=ImportType.choices,
        initial=ImportType.COMBINED,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Kies wat u wilt migreren."),
            "invalid_choice": _("Kies wat u wilt migreren."),
        },
    )
    kinds = forms.MultipleChoiceField(
        label=_("Migratie uit:"),
        help_text=_("Nextens Desktop programma's"),
        choices=[(kind.value, kind.label) for kind in TICKED_KINDS],
        initial=[kind.value for kind in TICKED_KINDS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "none": _("Vink aan wat u wilt migreren: ten minste één onderdeel."),
            "invalid_choice": _("Kies uit de onderdelen die hier staan."),
        },
    )
    message_status = forms.ChoiceField(
        label=_(
            "Gewenste status van de Serviceberichten indien status niet in het migratiebestand aanwezig is :"
        ),
        help_text=_(
            "De statussen van de SBA's worden mee gemigreerd. Mocht er geen status gevonden kunnen worden, "
            "dan kunt u hier opgeven welke status u die SBA's wilt meegeven tijdens de migratie. "
            "Deze keuze telt alleen bij Gecombineerd en Serviceberichten."
        ),
        choices=MessageStatus.choices,
        initial=MessageStatus.UNOPENED,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Kies een status."),
            "invalid_choice": _("Kies een status."),
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("import_type") == ImportType.RETURNS_AND_CLIENTS and cleaned.get("kinds") == []:
            self.add_error("kinds", ValidationError(self.fields["kinds"].error_messages["none"], code="none"))
        return cleaned


def chosen(form: ImportTypeForm) -> Choices:
    """What a valid form says, typed."""
    data = form.cleaned_data
    kinds = [PartKind(kind) for kind in data["kinds"]]
    return Choices(ImportType(data["import_type"]), kinds, MessageStatus(data["message_status"]))


class FileForm(forms.Form):
    """Page 3 of the wizard. What only reading the file can tell comes in by `refuse`."""

    file = forms.FileField(
        label=_("Migratiebestand (.zip)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        error_messages={
            "required": _("Selecteer het migratiebestand (.zip)."),
            "invalid": _("Selecteer het migratiebestand (.zip)."),
            "missing": _("Selecteer het migratiebestand (.zip)."),
            NoZip.code: _("Het migratiebestand moet een .zip-bestand zijn. U koos: %(name)s."),
            EmptyUpload.code: _(
                "Het migratiebestand is leeg. Maak met de migratietool een nieuw exportbestand."
            ),
            UploadTooLarge.code: _("Het migratiebestand is %(size)s. Het maximum is %(max)s."),
            NoRoom.code: _("Er is bij Nextens nu geen ruimte voor het bestand. Probeer het later opnieuw."),
            "no_certificate": _(
                "Uw kantoor heeft geen actief PKIoverheid services certificaat. Upload eerst uw certificaat."
            ),
        },
    )

    def refuse(self, refused: UploadRefused, upload: BytesFile) -> None:
        """Say at the field why the file was not taken in."""
        name = upload.name or ""
        if _is_no_zip_inside(refused.code, name):
            self.add_error("file", ValidationError(_damaged(), code=RefusalCode.TRUNCATED))
        else:
            self._say(refused.code, _facts(name, upload.size or 0))

    def refuse_without_certificate(self) -> None:
        self._say("no_certificate", {})

    def _say(self, code: str, facts: dict[str, object]) -> None:
        message = self.fields["file"].error_messages[code]
        self.add_error("file", ValidationError(message, code=code, params=facts))


class KnownFileForm(forms.Form):
    """What a browser asks of a file before it sends it."""

    size = forms.IntegerField(min_value=1, max_value=2**53)
    manifest = forms.RegexField(r"^[0-9a-f]{64}\Z")


def known_sentence(earlier: MigrationJob) -> dict[str, str]:
    """What the wizard asks about a file that `earlier` brought, before it is sent again."""
    facts = {"day": day(timezone.localtime(earlier.created_at)), "reference": earlier.reference}
    asked = _("Dit bestand is op %(day)s al geüpload (%(reference)s). Wilt u het opnieuw uploaden?") % facts
    answer = _("Klik dan op de knop 'Volgende'.")
    return {"known": earlier.reference, "text": f"{asked} {answer}"}


def look_into_file(office: Office) -> str:
    """JSON for a browser that looks into a file before it sends it: limits, and what to say by which code."""
    messages = FileForm.base_fields["file"].error_messages
    places = {"name": "{name}", "size": "{size}", "max": "{max}"}
    texts = {
        code: str(messages[code]) % places for code in (NoZip.code, EmptyUpload.code, UploadTooLarge.code)
    }
    told = (RefusalCode.TRUNCATED, RefusalCode.MANIFEST_MISSING, RefusalCode.OTHER_OFFICE)
    texts |= {code.value: sentences.refusal(code, 0) for code in told}
    largest, numbers = settings.MIGRATION_MAX_BYTES, sorted(office.accepted_numbers())
    return json.dumps({"largest": largest, "numbers": numbers, "texts": texts})


def file_sentence(code: str, name: str, size: int) -> str:
    """What the form says at its file, for who sends the file in another way."""
    if _is_no_zip_inside(code, name):
        return _damaged()
    messages = FileForm.base_fields["file"].error_messages
    return str(messages[code]) % _facts(name, size)


def _is_no_zip_inside(code: str, name: str) -> bool:
    """Of a file so called nobody is told that it must be one."""
    return code == NoZip.code and name.lower().endswith(".zip")


def _damaged() -> str:
    return sentences.refusal(RefusalCode.TRUNCATED, 0)


def _facts(name: str, size: int) -> dict[str, object]:
    maximum = file_size(settings.MIGRATION_MAX_BYTES)
    return {"name": name, "size": file_size(size), "max": maximum}
