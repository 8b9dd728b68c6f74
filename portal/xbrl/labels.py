"""Dutch names of concepts: the labels of NT14, which serve other years by the concept's name."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from portal.xbrl.model import Name

_OF_TAXONOMY = re.compile(r"https?://www\.nltaxonomie\.nl/", re.ASCII)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+")
_LONGEST = 200
# new concepts of these names hold a number made of a bsn or rsin too
_PERSONAL = re.compile(
    r"(?:NoticeOfAssessmentNumber|IdentificationNumber|IdenficationNumber|TaxReferenceNumber|TaxNumber)",
    re.IGNORECASE,
)
_AXES = {
    "VATNumberDimension": "btw-nummer",
    "CountryCodeEUDimension": "land",
    "CountryCodeDimension": "land",
    "PartyDimension": "partij",
    "TimeDimension": "moment",
}


class Label(NamedTuple):
    """`kind` of value as data/README.md has it, empty when it is not known."""

    text: str
    kind: str


def label_of(name: Name, form: str | None) -> Label:
    """The label in messages of this form (`ob-aangifte`); an unknown concept shows its name in words."""
    if _OF_TAXONOMY.match(name.namespace):
        labels = _labels()
        found = labels.get((form, name.local)) or labels.get((None, name.local))
        if found:
            return found
    return Label(in_words(name.local), "n" if _PERSONAL.search(name.local) else "")


def axis_label(name: Name) -> str:
    """What a dimension is of, to stand before its member."""
    return _AXES.get(name.local) or in_words(name.local.removesuffix("Dimension").removesuffix("Axis"))


def in_words(name: str) -> str:
    """`ABCSuppliesAmount` -> `ABC supplies amount`."""
    words = _WORD.findall(name[:_LONGEST])
    text = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return text[:1].upper() + text[1:] or "?"


@lru_cache(maxsize=1)
def _labels() -> dict[tuple[str | None, str], Label]:
    labels: dict[tuple[str | None, str], Label] = {}
    lines = files(__package__).joinpath("data", "nt14-concepts.tsv").read_text(encoding="utf-8")
    for line in lines.splitlines():
        concept, kind, text, *forms = line.split("\t")
        for form in forms[0].split(",") if forms else (None,):
            labels[form, concept] = Label(text, kind)
    return labels
