"""Entry points of the Nederlandse Taxonomie: which version, which kind of message, about which taxes.

They end in `bd-rpt-<kind>-<year>.xsd`; until NT7 in `rpt-bd-omzetbelasting-<year>.xsd`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ADDRESS = re.compile(
    r"https?://www\.nltaxonomie\.nl/(?:nt)?([0-9]{1,2})(?:[._][0-9]+)?/"
    r"(?:[A-Za-z0-9._-]+/){0,6}(?:bd-rpt-|rpt-bd-)([a-z][a-z-]{1,60})-([0-9]{4})\.xsd",
    re.ASCII,
)
_OLD_NAMES = {"omzetbelasting": "ob-aangifte"}
# by the first word of a kind that has not become known yet
_TAXES = {
    "ob": ("OB",),
    "icp": ("ICP",),
    "ihz": ("IB",),
    "ih": ("IB",),
    "vpb": ("VPB",),
    "erf": ("ERF",),
    "schenk": ("SCHENK",),
    # an assessment of the contribution goes by the income tax in some programs
    "zvw": ("ZVW", "IB"),
}
_TITLES = {
    "ob-aangifte": "Aangifte omzetbelasting",
    "ob-suppletie": "Suppletie omzetbelasting",
    "icp-opgaaf": "Opgaaf intracommunautaire prestaties",
    "ihz-aangifte": "Aangifte inkomstenbelasting",
    "ihz-via": "Vooraf ingevulde aangifte inkomstenbelasting",
    "vpb-aangifte": "Aangifte vennootschapsbelasting",
    "vpb-verzoekwijzigingva": "Verzoek wijziging voorlopige aanslag vennootschapsbelasting",
    "erf-aangifte": "Aangifte erfbelasting",
    "schenk-aangifte": "Aangifte schenkbelasting",
    "ih-sba": "Servicebericht aanslag inkomstenbelasting",
    "vpb-sba": "Servicebericht aanslag vennootschapsbelasting",
    "zvw-sba": "Servicebericht aanslag Zorgverzekeringswet",
    "ihz-vpb-aanwijsposten": "Aanwijsposten",
    "ihz-vpb-uitstel": "Verzoek om uitstel",
    "ihz-vpb-uitstel-sba": "Servicebericht uitstel",
}


@dataclass(frozen=True, slots=True)
class MessageKind:
    """`form` is the kind without its year: `ob-aangifte` of NT14's `ob-aangifte-2020`."""

    form: str
    year: int
    nt_version: int
    taxes: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.form}-{self.year}"

    @property
    def title(self) -> str:
        """`Aangifte omzetbelasting 2020`, in Dutch as the messages are."""
        return f"{_TITLES.get(self.form, self.form)} {self.year}"


@lru_cache(maxsize=256)
def message_kind(entry_point: str) -> MessageKind | None:
    """What the tax authority's entry point at this address is for; None for any other address."""
    match = _ADDRESS.fullmatch(entry_point)
    if match is None:
        return None
    form = _OLD_NAMES.get(match[2], match[2])
    return MessageKind(form, int(match[3]), int(match[1]), _taxes(form))


def _taxes(form: str) -> frozenset[str]:
    if form.startswith("ihz-vpb-"):
        return frozenset({"IB", "VPB"})
    return frozenset(_TAXES.get(form.partition("-")[0], ()))
