"""importing.targets: what of a record goes into a row."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrations_app.importing.targets import Column, Target

RECORD = SimpleNamespace(tax="IB", tax_year=2018)


@pytest.mark.parametrize("fields", [("tax",), ("tax_year", "tax")])
def test_values_are_those_of_the_columns_in_their_order(fields):
    target = Target("dossiers_example", tuple(Column(name, "text", name, str) for name in fields))
    assert tuple(target.values(RECORD)) == tuple(getattr(RECORD, name) for name in fields)
