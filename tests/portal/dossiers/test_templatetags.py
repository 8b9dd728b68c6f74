from decimal import Decimal

import pytest

from portal.dossiers.templatetags.dossiers import euros, masked, to_pay


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("111222333", "******333"),
        ("123456782B01", "******782B01"),
        ("NL002455799B11", "NL******799B11"),
        ("12345678", "12345678"),
        ("", ""),
    ],
)
def test_masked(number, shown):
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(Decimal("1234.5"), "€ 1.234,50"), (Decimal("-12"), "-€ 12,00"), (Decimal(0), "€ 0,00"), (None, "")],
)
def test_euros(amount, shown):
    assert euros(amount) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("250", "€ 250,00 te betalen"), ("-12.5", "€ 12,50 terug te ontvangen"), ("0", "€ 0,00")],
)
def test_to_pay(amount, shown):
    assert to_pay(Decimal(amount)) == shown
