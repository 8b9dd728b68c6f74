"""Numbers by which the tax authority and the trade register know somebody.

python-stdnum pads a short bsn and drops blanks, and takes an OB number for a btw-id; the contract's numbers
are exact, and these checks run once for every client of a file, so they are written out.
"""

from __future__ import annotations

import re

_NINE_DIGITS = re.compile(r"[0-9]{9}", re.ASCII)
_VAT_RETURN_NUMBER = re.compile(r"([0-9]{9})B(?!00)[0-9]{2}", re.ASCII)
_PAYROLL_TAX_NUMBER = re.compile(r"([0-9]{9})L[0-9]{2}", re.ASCII)
_DUTCH_VAT_ID = re.compile(r"NL([0-9]{9})B(?!00)[0-9]{2}", re.ASCII)
_FOREIGN_VAT_ID = re.compile(r"(?!NL)[A-Z]{2}[0-9A-Z+*]{2,13}", re.ASCII)


def passes_eleven_test(number: str) -> bool:
    """A possible bsn or rsin: nine digits, 9a+8b+7c+6d+5e+4f+3g+2h-i divisible by 11, not all zero."""
    if not _NINE_DIGITS.fullmatch(number) or number == "000000000":
        return False
    value, total = int(number), 0
    value, digit = divmod(value, 10)
    total = -digit
    for weight in range(2, 10):
        value, digit = divmod(value, 10)
        total += weight * digit
    return total % 11 == 0


def is_vat_return_number(number: str) -> bool:
    """omzetbelastingnummer: a bsn or rsin, then B01 to B99."""
    match = _VAT_RETURN_NUMBER.fullmatch(number)
    return match is not None and passes_eleven_test(match[1])


def is_payroll_tax_number(number: str) -> bool:
    """loonheffingennummer: a bsn or rsin, or the nine noughts of example messages, then L and two digits."""
    match = _PAYROLL_TAX_NUMBER.fullmatch(number)
    return match is not None and (match[1] == "000000000" or passes_eleven_test(match[1]))


def is_vat_id(number: str) -> bool:
    """btw-id. A Dutch one passes the 11-test (businesses) or ISO 7064 mod 97-10 (sole traders since 2020)."""
    match = _DUTCH_VAT_ID.fullmatch(number)
    if match is None:
        return _FOREIGN_VAT_ID.fullmatch(number) is not None
    return passes_eleven_test(match[1]) or _mod_97_10(number) == 1


def _mod_97_10(text: str) -> int:
    # int(..., 36) turns A to Z into 10 to 35, as the standard does
    return int("".join(str(int(character, 36)) for character in text)) % 97
