"""Forms of the settings pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from portal.office.hours import Week, short_nights
from portal.office.models import Office, Weekday
from portal.office.models.office import six_digits


class OfficeForm(forms.Form):
    """Kantoorgegevens. `opens_0` and `closes_0` are Monday's kantoortijd; both empty is closed all day."""

    error_messages = {
        "one_missing": _("Vul voor {day} een begintijd en een eindtijd in, of laat beide leeg."),
        "wrong_order": _("De eindtijd van {day} ligt niet na de begintijd."),
        "short_night": _("Laat tussen {day} en de dag erna ten minste zes uur achter elkaar gesloten."),
        "invalid": _("Vul een tijd in als 08:30."),
    }

    of_office = ("name", "tax_consultant_number", "mfa_required", "certificate_required")
    name = forms.CharField(
        label=_("Naam"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Vul de naam van uw kantoor in.")},
    )
    tax_consultant_number = forms.CharField(
        label=_("Beconnummer"),
        help_text=_("6 cijfers. Laat leeg als uw kantoor er geen heeft."),
        required=False,
        validators=[six_digits],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    mfa_required = forms.BooleanField(
        label=_("Tweestapsverificatie is verplicht voor iedereen van dit kantoor"),
        help_text=_(
            "Wie het nog niet heeft ingesteld, doet dat bij de eerstvolgende keer inloggen. "
            "De API-tokens van deze gebruikers werken tot dan niet."
        ),
        required=False,
    )

    certificate_required = forms.BooleanField(
        label=_("Een migratiebestand uploaden kan alleen met een actief PKIoverheid services certificaat"),
        help_text=_("Staat dit uit, dan ziet u zonder certificaat alleen een waarschuwing."),
        required=False,
    )

    def __init__(self, *args: Any, office: Office, week: Week, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.of_office:
            self.fields[name].initial = getattr(office, name)
        for weekday in Weekday:
            opens, closes = week.get(weekday, (None, None))
            self.fields[f"opens_{weekday}"] = self._time(_("{day} van"), weekday, opens)
            self.fields[f"closes_{weekday}"] = self._time(_("{day} tot"), weekday, closes)

    def clean(self) -> dict[str, Any]:
        for weekday in Weekday:
            opens, closes = (self.cleaned_data.get(f"{end}_{weekday}") for end in ("opens", "closes"))
            code = self._problem(opens, closes)
            if code and not self._has_error(weekday):
                message = str(self.error_messages[code]).format(day=weekday.label)
                self.add_error(f"opens_{weekday}", forms.ValidationError(message, code=code))
        if not self.errors:
            self._refuse_short_nights()
        return self.cleaned_data

    def data_of_office(self) -> dict[str, Any]:
        """The fields of Office as filled in; only of a valid form."""
        return {name: self.cleaned_data[name] for name in self.of_office}

    def week(self) -> Week:
        """What was filled in; only of a valid form."""
        data = self.cleaned_data
        return {
            int(day): (data[f"opens_{day}"], data[f"closes_{day}"]) for day in Weekday if data[f"opens_{day}"]
        }

    def days(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        for day in Weekday:
            yield str(day.label), self[f"opens_{day}"], self[f"closes_{day}"]

    def _time(self, label: Any, weekday: Weekday, initial: dt.time | None) -> forms.TimeField:
        return forms.TimeField(
            label=str(label).format(day=weekday.label),
            required=False,
            initial=initial,
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"invalid": self.error_messages["invalid"]},
        )

    def _has_error(self, weekday: Weekday) -> bool:
        return bool({f"opens_{weekday}", f"closes_{weekday}"} & self.errors.keys())

    def _refuse_short_nights(self) -> None:
        for day in short_nights(self.week()):
            message = str(self.error_messages["short_night"]).format(day=Weekday(day).label)
            self.add_error(f"closes_{day}", forms.ValidationError(message, code="short_night"))

    @staticmethod
    def _problem(opens: dt.time | None, closes: dt.time | None) -> str | None:
        if opens is None or closes is None:
            return None if opens is closes else "one_missing"
        return "wrong_order" if closes <= opens else None
