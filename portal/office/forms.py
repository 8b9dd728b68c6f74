"""Forms of the settings pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from portal.office.hours import Week
from portal.office.models import Weekday

# the night must be long enough for what waits; and a day without a night never ends
LONGEST_DAY = dt.timedelta(hours=18)


class OpeningHoursForm(forms.Form):
    """Kantoortijden: `opens_0` and `closes_0` are Monday's; both empty is closed all day."""

    error_messages = {
        "one_missing": _("Vul voor {day} een begintijd en een eindtijd in, of laat beide leeg."),
        "wrong_order": _("De eindtijd van {day} ligt niet na de begintijd."),
        "too_long": _("Laat voor {day} ten minste zes uur over waarin het kantoor gesloten is."),
        "invalid": _("Vul een tijd in als 08:30."),
    }

    def __init__(self, *args: Any, week: Week, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
        return self.cleaned_data

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

    @staticmethod
    def _problem(opens: dt.time | None, closes: dt.time | None) -> str | None:
        if opens is None or closes is None:
            return None if opens is closes else "one_missing"
        if closes <= opens:
            return "wrong_order"
        length = dt.datetime.combine(dt.date.min, closes) - dt.datetime.combine(dt.date.min, opens)
        return "too_long" if length > LONGEST_DAY else None
