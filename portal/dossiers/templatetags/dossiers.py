"""Template tags of Klanten & Aangiften: `{% load dossiers %}`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.office.menus import MenuItem

register = template.Library()

MENU = (
    MenuItem(gettext_lazy("Klanten"), "/klanten/"),
    MenuItem(gettext_lazy("Aangiften"), "/aangiften/"),
    MenuItem(gettext_lazy("Serviceberichten"), "/serviceberichten/"),
    MenuItem(gettext_lazy("Uitstelregelingen"), "/uitstelregelingen/"),
    MenuItem(gettext_lazy("Fiscale kaarten"), "/fiscale-kaarten/"),
    MenuItem(gettext_lazy("Verantwoordelijkheden"), "/verantwoordelijkheden/"),
)
_NINE_DIGITS = re.compile(r"[0-9]{6}([0-9]{3})")


@register.inclusion_tag("dossiers/menu.html", takes_context=True)
def dossiers_menu(context: template.Context) -> dict[str, Any]:
    """The lists, the current one marked."""
    path = context["request"].path
    return {"items": [(item, item.current(path)) for item in MENU]}


@register.filter
def masked(number: str) -> str:
    """A bsn, rsin, or a tax number made of one, with only the last three digits of it: `******333B01`."""
    return _NINE_DIGITS.sub(r"******\1", number)


@register.filter
def euros(amount: Decimal | None) -> str:
    """`€ 1.234,56`, with a minus sign below zero; nothing for None."""
    if amount is None:
        return ""
    figure = number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{'-' if amount < 0 else ''}€ {figure}"


@register.filter
def to_pay(amount: Decimal) -> str:
    """The outcome of a return in words: `€ 250,00 te betalen`, `€ 12,50 terug te ontvangen`, `€ 0,00`."""
    if amount < 0:
        return _("%(amount)s terug te ontvangen") % {"amount": euros(-amount)}
    return _("%(amount)s te betalen") % {"amount": euros(amount)} if amount else euros(amount)
