"""The rules of rules.py for a whole block: True when every record keeps every rule, told as fast as can be.

A rule that depends on few values is asked once for each combination of them. False only means that the
records must be judged one by one, by rules.py, which then finds the fault and its words, or finds none.
The rule for a document's path is not here: whoever finds the document in the file knows the path is good.
The records are those of mirrors.py: a field that was left out is UNSET, which is false as None is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import MAXYEAR, MINYEAR
from itertools import product, starmap
from typing import Any

from msgspec import UNSET

from migrations_app.migration_file.eleventest import all_pass_eleven_test
from migrations_app.migration_file.identifiers import is_vat_id
from migrations_app.migration_file.records import MAX_EMAIL, Kind, is_supported_year
from migrations_app.migration_file.rules import period_fault

_TO_NOUGHTS = bytes.maketrans(b"123456789", b"000000000")
# with at most 13 digits before them, two decimals leave at most 15
_AMOUNT = re.compile(rb"-?0{1,13}(?:\.00?)?|null")
_VAT_TAIL = re.compile(r"B(?!00)[0-9]{2}", re.ASCII)
_PAYROLL_TAX_TAIL = re.compile(r"L[0-9]{2}", re.ASCII)


def keep_client_rules(records: list[Any]) -> bool:
    vat = _present(record.vat_return_number for record in records)
    payroll = _present(record.payroll_tax_number for record in records)
    if not (_end_with(_VAT_TAIL, vat) and _end_with(_PAYROLL_TAX_TAIL, payroll)):
        return False
    numbers = _present(record.bsn for record in records) + [number[:9] for number in vat + payroll]
    for record in records:
        if record.rsin is not UNSET and record.rsin is not None:
            if record.kind == "person":
                return False
            numbers.append(record.rsin)
    return all_pass_eleven_test(numbers) and _are_vat_ids(_present(record.vat_id for record in records))


def _are_vat_ids(numbers: list[str]) -> bool:
    """Those of businesses here are told together; a sole trader's and a foreign one are looked at."""
    businesses = [number[2:] for number in numbers if number.startswith("NL")]
    are_plain = len(businesses) == len(numbers) and _end_with(_VAT_TAIL, businesses)
    if are_plain and all_pass_eleven_test([number[:9] for number in businesses]):
        return True
    return all(map(is_vat_id, numbers))


def _present(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not UNSET and value is not None]


def _end_with(tail: re.Pattern[str], numbers: list[str]) -> bool:
    return all(map(tail.fullmatch, {number[9:] for number in numbers}))


def keep_return_rules(records: list[Any]) -> bool:
    return (
        _have_good_periods(records)
        and _can_be_utc({moment.year for record in records if (moment := record.submitted_at)})
        and _can_be_utc({moment.year for record in records if (moment := record.modified_at)})
        and _have_plain_amounts(records)
    )


def _have_good_periods(records: list[Any]) -> bool:
    taxes = {record.tax for record in records}
    years = {record.tax_year for record in records}
    periods = {record.period for record in records}
    # a part mostly is of one tax and year; then it is enough that every combination is good
    return _are_good_periods(product(taxes, years, periods)) or _are_good_periods(
        {(record.tax, record.tax_year, record.period) for record in records}
    )


def _are_good_periods(combinations: Iterable[tuple[str, int, str]]) -> bool:
    return all(
        is_supported_year(year, tax) and period_fault(tax, year, text) is None
        for tax, year, text in combinations
    )


def _can_be_utc(years: set[int]) -> bool:
    """Near the ends of the calendar another zone may be beyond it."""
    return MINYEAR not in years and MAXYEAR not in years


def _have_plain_amounts(records: list[Any]) -> bool:
    """Amounts as they were written, with a nought for each digit: there are few such shapes."""
    written = b" ".join([amount for record in records if (amount := record.amount) is not UNSET])
    return all(map(_AMOUNT.fullmatch, set(written.translate(_TO_NOUGHTS).split(b" ")) - {b""}))


def keep_message_rules(records: list[Any]) -> bool:
    years = {(record.tax_year or None, record.tax) for record in records}
    return all(starmap(is_supported_year, years)) and _have_plain_amounts(records)


def keep_scheme_rules(records: list[Any]) -> bool:
    return _have_supported_years(records) and all(
        not record.financial_year_start
        or not record.financial_year_end
        or record.financial_year_start <= record.financial_year_end
        for record in records
    )


def _have_supported_years(records: list[Any]) -> bool:
    return all(map(is_supported_year, {record.tax_year for record in records}))


def keep_responsibility_rules(records: list[Any]) -> bool:
    return all(len(email.lower()) <= MAX_EMAIL for email in {record.staff_email for record in records})


BLOCK_RULES: dict[Kind, Callable[[list[Any]], bool]] = {
    Kind.CLIENTS: keep_client_rules,
    Kind.RETURNS: keep_return_rules,
    Kind.ASSESSMENT_MESSAGES: keep_message_rules,
    Kind.EXTENSION_SCHEMES: keep_scheme_rules,
    Kind.TAX_CARDS: _have_supported_years,
    Kind.RESPONSIBILITIES: keep_responsibility_rules,
}
