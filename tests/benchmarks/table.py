"""The table of figures in README.md and README.nl.md, from the lines that `make bench` kept in .bench/.

python -m tests.benchmarks.table. figures.toml has the rows; one without a line is left out, as stderr says.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.benchmarks.__main__ import KEPT, ROOT

Line = dict[str, Any]
Language = Literal["en", "nl"]
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"
FILES: dict[Language, Path] = {"en": ROOT / "README.md", "nl": ROOT / "README.nl.md"}
HEADS = {
    "en": "| what | figure | against | wanted | benchmark |",
    "nl": "| wat | cijfer | naast | gewenst | meting |",
}
MISSED = {"en": "missed", "nl": "niet gehaald"}


@dataclass(frozen=True)
class Row:
    """A row of figures.toml."""

    benchmark: str
    name: str
    en: str
    nl: str
    shows: str
    against_en: str = ""
    against_nl: str = ""
    wanted: str = ""
    of: str = "ratio"
    most: float | None = None
    least: float | None = None

    def worst(self, lines: Iterable[Line]) -> Line | None:
        found = [line for line in lines if re.match(self.name, line["name"])]
        if len(found) < 2:
            return found[0] if found else None
        return (max if self.least is None else min)(found, key=lambda line: float(line[self.of]))

    def is_met(self, line: Line) -> bool:
        return (self.least is None or line[self.of] >= self.least) and (
            self.most is None or line[self.of] <= self.most
        )

    def cells(self, line: Line, language: Language) -> list[str]:
        shown = self.shows.format(
            name=f"`{re.split(' of |: ', line['name'])[0]}`",
            figure=_number(line["figure"]),
            unit=line["unit"].partition(" ")[0],
            ratio=_number(line["ratio"]),
        )
        wanted = self.wanted if self.is_met(line) else f"{self.wanted} ({MISSED[language]})"
        if language == "en":
            return [self.en, shown, self.against_en, wanted, f"`{self.benchmark}`"]
        return [self.nl, _dutch(shown), self.against_nl, _dutch(wanted), f"`{self.benchmark}`"]


def main() -> None:
    kept = {path.stem: _lines(path) for path in KEPT.glob("*.jsonl")}
    found = [(row, row.worst(kept.get(row.benchmark, ()))) for row in rows()]
    for row, line in found:
        if line is None:
            print(f"no line for: {row.en}", file=sys.stderr)
    measured = [(row, line) for row, line in found if line is not None]
    for language, path in FILES.items():
        path.write_text(between(path.read_text(), table(measured, language)))


def rows() -> list[Row]:
    found = tomllib.loads((Path(__file__).parent / "figures.toml").read_text())
    return [Row(**row) for row in found["row"]]


def _lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def between(text: str, middle: str) -> str:
    """`text` with `middle` between its markers."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{middle}\n{END}{rest.partition(END)[2]}"


def table(measured: Iterable[tuple[Row, Line]], language: Language) -> str:
    """Markdown."""
    cells = (" | ".join(row.cells(line, language)) for row, line in measured)
    return "\n".join((HEADS[language], "|---|---|---|---|---|", *(f"| {row} |" for row in cells)))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _dutch(text: str) -> str:
    """A comma before decimals, a point between thousands."""
    swapped = {",": ".", ".": ","}
    return re.sub(r"(?<=\d)[.,](?=\d)", lambda found: swapped[found[0]], text)


if __name__ == "__main__":
    main()
