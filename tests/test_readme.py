"""README.md and README.nl.md: what they name is there, and they give the same commands and figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.benchmarks import table
from tests.benchmarks.__main__ import NAMES, NOT_PYTHON

ROOT = Path(__file__).parents[1]
PAGES = {name: (ROOT / name).read_text() for name in ("README.md", "README.nl.md")}
# of a path that a recipe shortens, any of these is the folder
FOLDERS = (
    "",
    "portal",
    "portal/dossiers",
    "certificates",
    "migrations_app",
    "migrations_app/migration_file",
    "tests",
)
LINE = {"name": "import of 520000 records", "figure": 1234.56, "unit": "s", "ratio": 1.234}

both = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


@both
def test_links_and_pictures_lead_somewhere(page):
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []


@both
def test_files_that_are_named_exist(page):
    prose = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
    names = set(re.findall(r"`([a-z][\w./-]*(?:\.(?:py|md|json)|/))`", prose))
    assert len(names) > 20
    assert [name for name in names if not any((ROOT / each / name).exists() for each in FOLDERS)] == []


@both
def test_commands_exist(page):
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", page, re.MULTILINE)) <= {*targets}
    assert set(re.findall(r"manage\.py ([a-z_]+)", page)) <= get_commands().keys()


def test_both_give_the_same_commands():
    first, second = (re.findall(r"^(?:\.venv|make|cp|docker).*?(?=\s+#|$)", p, re.M) for p in PAGES.values())
    assert first == second and len(first) > 12


def test_both_give_the_same_figures():
    first, second = (re.findall(r"\d+", page.partition(table.BEGIN)[2]) for page in PAGES.values())
    assert first == second


def test_every_row_of_figures_has_a_benchmark():
    assert {row.benchmark for row in table.rows()} <= set(NAMES)
    files = {path.stem for path in (ROOT / "tests/benchmarks").glob("[a-z]*.py")} - {"table"}
    assert files | {*NOT_PYTHON} == {*NAMES}


def test_a_row_shows_its_worst_line_in_both_languages():
    row = next(row for row in table.rows() if row.name == "import of 520000")
    worse = LINE | {"ratio": 1.6}
    assert row.worst([LINE, worse]) == worse
    assert row.cells(LINE, "en")[1::2] == ["1,235 s = 1.23 \N{MULTIPLICATION SIGN}", row.wanted]
    _, shown, _, wanted, _ = row.cells(worse, "nl")
    assert shown == "1.235 s = 1,6 \N{MULTIPLICATION SIGN}" and wanted.endswith("(niet gehaald)")


def test_the_table_takes_the_place_between_the_markers():
    text = f"a\n{table.BEGIN}\nold\n{table.END}\nb"
    assert table.between(text, "new") == text.replace("old", "new")
