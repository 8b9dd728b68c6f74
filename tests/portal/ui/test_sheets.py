"""CSV that no spreadsheet runs."""

import pytest

from portal.ui.sheets import csv_lines, harmless

FORMULAS = ["=1+1", "+1", "-1", "@x", " =1", "\t1", "\r1", "\n=1", "\uff1d1", "\uff20x"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_formulas_are_made_text(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Bakkerij", "", "1-1", "Jan = Piet", "'t Hof"])
def test_plain_text_stays(cell):
    assert harmless(cell) == cell


def test_lines():
    assert list(csv_lines(("A", "B"), [("1;2", "=x")])) == ["\ufeffA;B\r\n", '"1;2";\'=x\r\n']
