"""What the lines of a report can be narrowed to: only what the report has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from migrations_app import sentences
from migrations_app.reporting import Choice, Report

_ALL = ("", _("Alle"))


class LinesForm(forms.Form):
    """A value that the report does not have chooses nothing."""

    uitkomst = forms.ChoiceField(label=_("Uitkomst"), required=False)
    reden = forms.ChoiceField(label=_("Reden"), required=False)
    onderdeel = forms.ChoiceField(label=_("Onderdeel"), required=False)
    jaar = forms.ChoiceField(label=_("Jaar"), required=False)

    def __init__(self, data: Any, *, report: Report) -> None:
        super().__init__(data)
        groups = report.groups
        self._say("uitkomst", [(each.outcome.value, str(each.outcome.label)) for each in groups])
        self._say("reden", [(each.code, sentences.of_record(each.code, "", "").reason) for each in groups])
        self._say("onderdeel", [(str(each.part.pk), each.part.path) for each in groups])
        years = sorted({each.tax_year for each in groups}, reverse=True)
        self._say("jaar", [(str(year), str(year) if year else _("Zonder jaar")) for year in years])

    def _say(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(
            label=self.fields[name].label,
            required=False,
            choices=[_ALL, *dict.fromkeys(choices)],
        )

    def choice(self) -> Choice:
        """What is asked for; of a wrong question the right part."""
        self.is_valid()
        asked = self.cleaned_data
        year = asked.get("jaar")
        return Choice(
            asked.get("uitkomst", ""),
            asked.get("reden", ""),
            asked.get("onderdeel", ""),
            int(year) if year else None,
        )
