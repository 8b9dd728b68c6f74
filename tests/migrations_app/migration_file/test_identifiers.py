"""Numbers of the tax authority: the 11-test and what is built on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10
from stdnum.nl import bsn

from migrations_app.migration_file.identifiers import (
    is_payroll_tax_number,
    is_vat_id,
    is_vat_return_number,
    passes_eleven_test,
)


@pytest.mark.parametrize("number", ["111222333", "123456782", "001000044"])
def test_valid(number):
    assert passes_eleven_test(number)


@pytest.mark.parametrize(
    "number", ["123456789", "000000000", "12345678", "1234567820", " 23456782", "12345678²", "", "123-56782"]
)
def test_invalid(number):
    assert not passes_eleven_test(number)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_agrees_with_stdnum_on_nine_digits(number):
    assert passes_eleven_test(number) == bsn.is_valid(number)


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("001000044B37", True),
        ("123456782B01", True),
        ("123456782B00", False),
        ("987654321B09", False),
        ("NL123456782B01", False),
        ("123456782L01", False),
        ("123456782B1", False),
    ],
)
def test_vat_return_number(number, right):
    assert is_vat_return_number(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("123456782L01", True),
        ("123456782L00", True),
        ("000000000L01", True),
        ("123456789L01", False),
        ("123456782L1", False),
        ("123456782B01", False),
    ],
)
def test_payroll_tax_number(number, right):
    assert is_payroll_tax_number(number) is right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("NL002455799B11", True),  # sole trader: mod 97-10 only
        ("NL123456782B01", True),  # business: 11-test only
        ("NL123456789B14", False),
        ("NL123456782B00", False),
        ("123456782B01", False),  # that is an omzetbelastingnummer
        ("BE0123456749", True),
        ("BE", False),
        ("nl123456782b01", False),
    ],
)
def test_vat_id(number, right):
    assert is_vat_id(number) is right


def test_the_sole_traders_number_fails_the_eleven_test():
    assert not passes_eleven_test("002455799")
    assert mod_97_10.is_valid("NL002455799B11")
