"""Values of facts as the Dutch write them. What does not look like its kind stays as it is."""

from __future__ import annotations

import re

from portal.xbrl.model import Fact

_NUMBER = re.compile(r"([+-]?)([0-9]{1,30})(?:\.([0-9]{0,30}))?", re.ASCII)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_MOMENT = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})T?([0-9]{2}):?([0-9]{2})(?::[0-9.]+Z?)?", re.ASCII)
_BOOLEANS = {"true": "ja", "false": "nee"}


def formatted(fact: Fact, kind: str) -> str:
    """`kind` as labels.Label has it; a nil fact is empty."""
    value = fact.value
    if value is None:
        return ""
    if kind == "a" or (fact.unit and fact.unit.is_currency):
        return _amount(value, fact.unit.text if fact.unit and fact.unit.is_currency else "")
    if kind == "b":
        return {"1": "ja", "0": "nee", **_BOOLEANS}.get(value, value)
    if kind == "m":
        return _MOMENT.sub(r"\3-\2-\1 \4:\5", value) if _MOMENT.fullmatch(value) else value
    if kind == "d" or not kind:
        value = _BOOLEANS.get(value, value) if not kind else value
        return day(value)
    return value


def day(text: str) -> str:
    """`2020-06-26` -> `26-06-2020`."""
    return _DATE.sub(r"\3-\2-\1", text) if _DATE.fullmatch(text) else text


def _amount(value: str, currency: str) -> str:
    """`-€ 1.234,50`: cents only where the document has them, since most amounts are in whole euros."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        return value
    minus, whole, cents = match.groups()
    figure = f"{int(whole):,}".replace(",", ".")
    if cents:
        figure += f",{cents:0<2}"
    sign = "€ " if currency == "EUR" else f"{currency} " if currency else ""
    return f"{'-' if minus == '-' else ''}{sign}{figure}"
