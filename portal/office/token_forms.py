"""The form of a new API token."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.office.models import Scope

_NEVER = ""
_DAYS = (("30", _("30 dagen")), ("90", _("90 dagen")), ("365", _("1 jaar")), (_NEVER, _("tot ik het intrek")))


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Naam"),
        help_text=_("Waar u het token voor gebruikt, bijvoorbeeld: Migratie Tool op kantoor."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Geef het token een naam.")},
    )
    scopes = forms.MultipleChoiceField(
        label=_("Rechten"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Kies ten minste één recht.")},
    )
    days = forms.ChoiceField(label=_("Geldig"), choices=_DAYS, required=False, initial="365")

    def granted(self) -> list[Scope]:
        """The scopes that were chosen; only of a valid form."""
        return [Scope(scope) for scope in self.cleaned_data["scopes"]]

    def expires_at(self) -> dt.datetime | None:
        """When the token ends by itself; only of a valid form."""
        days = self.cleaned_data["days"]
        return timezone.now() + dt.timedelta(days=int(days)) if days else None
