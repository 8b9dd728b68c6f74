"""importing.rowtexts: what of a record goes into a row."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrations_app.importing import rowtexts
from migrations_app.importing.copying import NULL
from migrations_app.importing.rowtexts import row_text
from migrations_app.importing.targets import TARGETS, Column


def column(name, *, recurs=False, absent=NULL):
    return Column(name, "text", name, lambda value: f"<{value}>", absent, recurs)


def record(**values):
    return SimpleNamespace(**{"tax": "IB", "year": 2018, "amount": 5} | values)


@pytest.mark.parametrize("recurring", range(4))
def test_columns_in_their_order_whichever_recur(recurring):
    columns = [column(name, recurs=n < recurring) for n, name in enumerate(("year", "tax", "amount"))]
    text = row_text(columns, {})
    rows = [record(), record(amount=6), record(year=2019), record(tax=None), record()]
    assert [text(each) for each in rows] == [
        "<2018>\t<IB>\t<5>",
        "<2018>\t<IB>\t<6>",
        "<2019>\t<IB>\t<5>",
        f"<2018>\t{NULL}\t<5>",
        "<2018>\t<IB>\t<5>",
    ]


@pytest.mark.parametrize("recurs", [True, False])
def test_nulls_are_the_columns_own_or_another(recurs):
    columns = [column("tax", recurs=recurs, absent="none"), column("amount")]
    nothing = record(tax=None, amount=None)
    assert row_text(columns, {})(nothing) == f"none\t{NULL}"
    assert row_text(columns, {"tax": "all", "amount": "0"})(nothing) == "all\t0"


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(rowtexts, "_MOST_REMEMBERED", 3)
    made = []
    columns = [Column("year", "int", "year", lambda value: made.append(value) or str(value), recurs=True)]
    text = row_text([*columns, column("tax")], {})
    for year in (1, 1, 2, 3, 1, 4, 1, 4):
        assert text(record(year=year)) == f"{year}\t<IB>"
    assert made == [1, 2, 3, 4, 1]


@pytest.mark.parametrize("kind", TARGETS)
def test_columns_that_recur_come_first(kind):
    recurs = [each.recurs for each in TARGETS[kind].columns]
    assert recurs == sorted(recurs, reverse=True)
