"""What the lists can be searched by and narrowed to. It stands in the address: no personal number may."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.dossiers import search
from portal.dossiers.models import Client, MessageStatus, ReturnStatus, Tax

ALL = ("", _("Alle"))
# the portal takes no older ones in
FIRST_YEAR = 2015
PERSONAL_NUMBER = "personal-number"


def _search_field(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "search", "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=100, widget=widget)


class ClientSearch(forms.Form):
    """One field for everything. It is posted; `in_address` is for what came by GET."""

    q = _search_field(_("Zoek op naam, klantnummer, BSN of RSIN"))
    error_messages = {
        PERSONAL_NUMBER: _(
            "Een BSN of RSIN mag niet in het adres van de pagina staan. Vul het nummer in het zoekveld in."
        )
    }

    def __init__(self, data: Any, *, in_address: bool) -> None:
        super().__init__(data)
        self.in_address = in_address

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if self.in_address and search.holds_personal_number(text):
            raise ValidationError(self.error_messages[PERSONAL_NUMBER], code=PERSONAL_NUMBER)
        return text


class RecordFilter(forms.Form):
    """For any kind of record: by the client's name or number. Other fields are named as the model's."""

    q = _search_field(_("Zoek op naam"))
    error_messages = {
        PERSONAL_NUMBER: _("Zoek hier op naam of klantnummer. Op BSN of RSIN zoekt u bij Klanten.")
    }

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        if search.holds_personal_number(text):
            raise ValidationError(self.error_messages[PERSONAL_NUMBER], code=PERSONAL_NUMBER)
        return text

    def narrow(self, rows: QuerySet[Any], clients: QuerySet[Client]) -> QuerySet[Any]:
        """Those of `rows` that are asked for; none when the question holds an error."""
        if not self.is_valid():
            return rows.none()
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        if text := asked.pop("q", ""):
            rows = rows.filter(client__in=search.by_name(clients, text).values("pk"))
        return rows.filter(**asked)


def _years() -> list[tuple[int | str, Any]]:
    # next year's too, for provisional returns; asking which years an office has would cost more than its page
    return [ALL, *((year, str(year)) for year in range(timezone.localdate().year + 1, FIRST_YEAR - 1, -1))]


def _year_field(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, choices=_years, required=False, coerce=int, empty_value=None)


def _products(taxes: Collection[str]) -> list[Any]:
    own = [choice for choice in Tax.choices if choice[0] in taxes]
    others = [choice for choice in Tax.choices if choice[0] not in taxes]
    return [ALL, *own, (_("Andere producten"), others)] if own and others else [ALL, *Tax.choices]


class YearFilter(RecordFilter):
    tax_year = _year_field(_("Jaar"))


class ReturnFilter(RecordFilter):
    tax = forms.ChoiceField(label=_("Product"), required=False, choices=[ALL, *Tax.choices])
    tax_year = _year_field(_("Aangiftejaar"))
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *ReturnStatus.choices])

    def __init__(self, data: Any, *, taxes: Collection[str]) -> None:
        """`taxes` are those with which the office works (Mijn producten); none stands for all."""
        super().__init__(data)
        self.fields["tax"] = forms.ChoiceField(label=_("Product"), required=False, choices=_products(taxes))


class MessageFilter(YearFilter):
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[ALL, *MessageStatus.choices])
