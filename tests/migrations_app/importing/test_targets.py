"""importing.targets: what of a record goes into a row."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrations_app.importing import control
from migrations_app.importing.targets import TARGETS, Column, Target
from migrations_app.models import PartKind

RECORD = SimpleNamespace(tax="IB", tax_year=2018)


@pytest.mark.parametrize("fields", [("tax",), ("tax_year", "tax")])
def test_values_are_those_of_the_columns_in_their_order(fields):
    target = Target("dossiers_example", tuple(Column(name, "text", name, str) for name in fields))
    assert tuple(target.values(RECORD)) == tuple(getattr(RECORD, name) for name in fields)


def test_control_totals_follow_from_the_columns(monkeypatch):
    """A kind may have a year and neither tax nor amount."""
    only_year = Target("dossiers_example", (Column("tax_year", "int", "tax_year", str),))
    monkeypatch.setitem(TARGETS, PartKind.EXTENSION_SCHEMES, only_year)
    monkeypatch.setitem(TARGETS, PartKind.RETURNS, only_year)
    for kind in (PartKind.EXTENSION_SCHEMES, PartKind.RETURNS):
        asked = control.measures(kind, control.IN_STAGING)
        assert "tax_year" in asked
        assert not {"t.tax", "t.amount"} & set(asked.replace(",", " ").split())
        assert control._names(kind)["amount"] == "0"
