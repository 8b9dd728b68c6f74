"""The rules of rules.py for a whole block: True when every record keeps every rule, as fast as that can be told.

A rule that depends on few values is asked once for each combination of them. False means no more than that the
records must be judged one by one, by rules.py, which then finds the fault and its words, or finds none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR
from itertools import starmap
from typing import Any

from msgspec import UNSET

from migrations_app.migration_file.eleventest import all_pass_eleven_test
from migrations_app.migration_file.identifiers import is_vat_id
from migrations_app.migration_file.records import MAX_EMAIL, Kind, is_supported_year
from migrations_app.migration_file.rules import document_fault, period_fault

Columns = Mapping[str, tuple[Any, ...]]

_TO_NOUGHTS = bytes.maketrans(b"123456789", b"000000000")
# with fewer than 14 digits before them, two decimals leave at most 15
_AMOUNT = re.compile(rb"-?0{1,13}(?:\.00?)?|null")
_NUMBER_TAILS = {
    "vat_return_number": re.compile(r"B(?!00)[0-9]{2}", re.ASCII),
    "payroll_tax_number": re.compile(r"L(?!00)[0-9]{2}", re.ASCII),
}


def _present(column: tuple[Any, ...]) -> list[Any]:
    return [value for value in column if value is not UNSET and value is not None]


def keeps_client_rules(columns: Columns) -> bool:
    numbers = _present(columns["bsn"]) + _present(columns["rsin"])
    for name, tail in _NUMBER_TAILS.items():
        found = _present(columns[name])
        if not all(map(tail.fullmatch, {number[9:] for number in found})):
            return False
        numbers += [number[:9] for number in found]
    return (
        all(map(is_vat_id, _present(columns["vat_id"])))
        and not any(
            kind == "person" for kind, rsin in zip(columns["kind"], columns["rsin"], strict=True) if rsin
        )
        and all_pass_eleven_test(numbers)
    )


def keeps_return_rules(columns: Columns) -> bool:
    periods = set(zip(columns["tax"], columns["tax_year"], columns["period"], strict=True))
    return (
        all(is_supported_year(year, tax) for tax, year, _ in periods)
        and not any(starmap(period_fault, periods))
        and _have_safe_moments(columns["submitted_at"])
        and _have_safe_moments(columns["modified_at"])
        and keep_amount_and_document(columns)
    )


def _have_safe_moments(column: tuple[Any, ...]) -> bool:
    """Whether all can be turned into UTC, which near the ends of the calendar they cannot."""
    return not {moment.year for moment in _present(column)} & {MINYEAR, MAXYEAR}


def keep_amount_and_document(columns: Columns) -> bool:
    return _are_plain_amounts(columns["amount"]) and _have_good_documents(columns)


def _are_plain_amounts(column: tuple[Any, ...]) -> bool:
    """As they were written, with a digit for each digit: there are few such shapes."""
    written = b" ".join([amount for amount in column if amount is not UNSET])
    shapes = set(written.translate(_TO_NOUGHTS).split())
    return all(map(_AMOUNT.fullmatch, shapes))


def _have_good_documents(columns: Columns) -> bool:
    return not any(map(document_fault, _present(columns["document"])))


def keeps_message_rules(columns: Columns) -> bool:
    years = set(zip(_or_none(columns["tax_year"]), columns["tax"], strict=True))
    return all(starmap(is_supported_year, years)) and keep_amount_and_document(columns)


def _or_none(column: Sequence[Any]) -> Iterable[Any]:
    return [None if value is UNSET else value for value in column]


def keeps_scheme_rules(columns: Columns) -> bool:
    spans = zip(columns["financial_year_start"], columns["financial_year_end"], strict=True)
    none = (None, UNSET)
    return all(map(is_supported_year, set(columns["tax_year"]))) and all(
        start in none or end in none or start <= end for start, end in spans
    )


def keeps_card_rules(columns: Columns) -> bool:
    return all(map(is_supported_year, set(columns["tax_year"]))) and _have_good_documents(columns)


def keeps_responsibility_rules(columns: Columns) -> bool:
    return all(len(email.lower()) <= MAX_EMAIL for email in set(columns["staff_email"]))


COLUMN_RULES: dict[Kind, Callable[[Columns], bool]] = {
    Kind.CLIENTS: keeps_client_rules,
    Kind.RETURNS: keeps_return_rules,
    Kind.ASSESSMENT_MESSAGES: keeps_message_rules,
    Kind.EXTENSION_SCHEMES: keeps_scheme_rules,
    Kind.TAX_CARDS: keeps_card_rules,
    Kind.RESPONSIBILITIES: keeps_responsibility_rules,
}
