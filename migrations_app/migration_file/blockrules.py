"""The rules of rules.py for a whole block: True when every record keeps every rule, told as fast as can be.

A rule that depends on few values is asked once for each combination of them. False only means that the
records must be judged one by one, by rules.py, which then finds the fault and its words, or finds none.
The rule for a document's path is not here: whoever finds the document in the file knows the path is good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import MAXYEAR, MINYEAR
from functools import lru_cache
from itertools import product, starmap
from operator import attrgetter

import msgspec
from msgspec import UNSET

from migrations_app.migration_file.eleventest import all_pass_eleven_test
from migrations_app.migration_file.held import Held
from migrations_app.migration_file.identifiers import is_vat_id
from migrations_app.migration_file.records import MAX_EMAIL, Kind, is_supported_year
from migrations_app.migration_file.rules import period_fault

_TO_NOUGHTS = bytes.maketrans(b"123456789", b"000000000")
# with at most 13 digits before them, two decimals leave at most 15
_AMOUNT = re.compile(rb"-?0{1,13}(?:\.00?)?|null")
_TOO_LONG = b"0" * 14
_VAT_TAIL = re.compile(r"B(?!00)[0-9]{2}", re.ASCII)
_PAYROLL_TAX_TAIL = re.compile(r"L[0-9]{2}", re.ASCII)
_encode = msgspec.json.Encoder().encode


def keep_client_rules(held: Held) -> bool:
    vat, payroll = _texts(held, "vat_return_number"), _texts(held, "payroll_tax_number")
    if not (_end_with(_VAT_TAIL, vat) and _end_with(_PAYROLL_TAX_TAIL, payroll)):
        return False
    numbers = {*_texts(held, "bsn"), *(number[:9] for number in vat + payroll)}
    if rsins := _texts(held, "rsin"):
        numbers.update(rsins)
        if any(client.kind == "person" for client in held.records if client.rsin):
            return False
    return all_pass_eleven_test([*numbers]) and _are_vat_ids(_texts(held, "vat_id"), numbers)


def _are_vat_ids(found: list[str], numbers: set[str]) -> bool:
    """Those of businesses are told together, mostly by `numbers` found to be good; others alone."""
    businesses = [number[2:] for number in found if number.startswith("NL")]
    if len(businesses) == len(found) and _end_with(_VAT_TAIL, businesses):
        others = {number[:9] for number in businesses} - numbers
        if all_pass_eleven_test([*others]):
            return True
    return all(map(is_vat_id, found))


def _texts(held: Held, name: str) -> list[str]:
    """What the records have in this field, but null."""
    if name not in held.fields:
        return []
    return [
        value for value in map(attrgetter(name), held.records) if value is not UNSET and value is not None
    ]


def _end_with(tail: re.Pattern[str], numbers: list[str]) -> bool:
    return all(map(tail.fullmatch, {number[9:] for number in numbers}))


def keep_return_rules(held: Held) -> bool:
    return _have_good_periods(held) and _can_be_utc(held) and _have_plain_amounts(held)


def _have_good_periods(held: Held) -> bool:
    # a part mostly is of one tax and year; then it is enough that every combination is good
    combinations = product(held.distinct("tax"), held.distinct("tax_year"), held.distinct("period"))
    return _are_good_periods(combinations) or _are_good_periods(
        {(record.tax, record.tax_year, record.period) for record in held.records}
    )


def _are_good_periods(combinations: Iterable[tuple[str, int, str]]) -> bool:
    return all(starmap(_is_good_period, combinations))


@lru_cache(maxsize=4096)
def _is_good_period(tax: str, year: int, text: str) -> bool:
    return is_supported_year(year, tax) and period_fault(tax, year, text) is None


def _can_be_utc(held: Held) -> bool:
    """Near the ends of the calendar another zone may be beyond it."""
    years: set[int] = set()
    if "submitted_at" in held.fields:
        years = {moment.year for record in held.records if (moment := record.submitted_at)}
    if "modified_at" in held.fields:
        years |= {moment.year for record in held.records if (moment := record.modified_at)}
    return MINYEAR not in years and MAXYEAR not in years


def _have_plain_amounts(held: Held) -> bool:
    """Amounts as they were written, with a nought for each digit: there are few such shapes."""
    if "amount" not in held.fields:
        return True
    # UNSET cannot be written in a list
    amounts = [amount for record in held.records if (amount := record.amount) is not UNSET]
    written = _encode(amounts).translate(_TO_NOUGHTS)[1:-1]
    return _are_plain(written + b",") or all(map(_AMOUNT.fullmatch, set(written.split(b",")) - {b""}))


def _are_plain(amounts: bytes) -> bool:
    """Whether each is a number of at most 13 digits with at most two decimals; a comma follows each."""
    return (
        not amounts.translate(None, b"0.-,")
        and amounts.count(b".") == amounts.count(b".0,") + amounts.count(b".00,")
        and _TOO_LONG not in amounts
    )


def keep_message_rules(held: Held) -> bool:
    fields = held.fields
    taxes = held.distinct("tax") if "tax" in fields else {None}
    years = {year or None for year in held.distinct("tax_year")} if "tax_year" in fields else {None}
    if all(starmap(is_supported_year, product(years, taxes))):
        return _have_plain_amounts(held)
    if "tax" not in fields or "tax_year" not in fields:
        return False
    together = {(record.tax_year or None, record.tax) for record in held.records}
    return all(starmap(is_supported_year, together)) and _have_plain_amounts(held)


def keep_scheme_rules(held: Held) -> bool:
    if not _have_supported_years(held):
        return False
    return not {"financial_year_start", "financial_year_end"} <= held.fields or all(
        not record.financial_year_start
        or not record.financial_year_end
        or record.financial_year_start <= record.financial_year_end
        for record in held.records
    )


def _have_supported_years(held: Held) -> bool:
    return all(map(is_supported_year, held.distinct("tax_year")))


def keep_responsibility_rules(held: Held) -> bool:
    return all(len(email.lower()) <= MAX_EMAIL for email in {record.staff_email for record in held.records})


BLOCK_RULES: dict[Kind, Callable[[Held], bool]] = {
    Kind.CLIENTS: keep_client_rules,
    Kind.RETURNS: keep_return_rules,
    Kind.ASSESSMENT_MESSAGES: keep_message_rules,
    Kind.EXTENSION_SCHEMES: keep_scheme_rules,
    Kind.TAX_CARDS: _have_supported_years,
    Kind.RESPONSIBILITIES: keep_responsibility_rules,
}
