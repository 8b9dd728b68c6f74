"""The tax authority's two official OB messages, of October 2020 and 2021, as the portal must show them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from portal import xbrl
from tests.browser import steps
from tests.browser.hands import Hands

# beside the program, which makes its demo files of them; the README there names their source
MESSAGES = Path(__file__).parents[2] / "migrations_app" / "migration_file" / "data"
# the same in both, but for the year of their title and period
FACTS = (
    ("Installatie/afstandsverkopen binnen de EU", "€ 100"),
    ("Vermindering volgens de kleineondernemersregeling", "€ 0"),
    ("Omzet leveringen/diensten belast met nultarief of niet bij u belast", "€ 0"),
    ("Leveringen naar landen buiten EU", "€ 4.000"),
    ("Leveringen naar/diensten in landen binnen EU", "€ 100"),
    ("Omzet privegebruik", "€ 0"),
    ("Omzet leveringen/diensten belast met algemeen tarief", "€ 15.000"),
    ("Omzet leveringen/diensten belast met overige tarieven", "€ 0"),
    ("Omzet leveringen/diensten belast met verlaagd tarief", "€ 1.500"),
    ("Omzet belaste leveringen/diensten uit landen buiten de EU", "€ 1.200"),
    ("Omzet belaste leveringen/diensten uit landen binnen EU", "€ 0"),
    ("Omzet leveringen/diensten waarbij heffing is verlegd", "€ 0"),
    ("Voorbelasting", "€ 0"),
    ("Omzetbelasting leveringen/diensten uit landen buiten de EU", "€ 0"),
    ("Omzetbelasting leveringen/diensten uit landen binnen EU", "€ 0"),
    ("Verschuldigde omzetbelasting", "€ 3.240"),
    ("Totaal te betalen / terug te vragen", "€ 3.240"),
    ("Omzetbelasting over privegebruik", "€ 0"),
    ("Omzetbelasting leveringen/diensten waarbij heffing is verlegd", "€ 0"),
    ("Omzetbelasting leveringen/diensten algemeen tarief", "€ 3.150"),
    ("Omzetbelasting leveringen/diensten overige tarieven", "€ 0"),
    ("Omzetbelasting leveringen/diensten verlaagd tarief", "€ 90"),
    ("Soort contactpersoon", "INT"),
    ("Voorletters contactpersoon", "Initials"),
    ("Tussenvoegsel contactpersoon", "Prefix"),
    ("Achternaam contactpersoon", "Surname"),
    ("Telefoonnummer contactpersoon", "0612345678"),
    ("Beconnummer", "234564"),
    ("Datum en tijdstip aanmaak", "15-11-2020 12:54"),
    ("Berichtkenmerk aanleveraar (OB)", "OB-KTG00-AG"),
    ("Versie softwarepakket", "ApplicatieVersie"),
    ("Naam softwarepakket", "ApplicatieNaam"),
    ("Relatienummer softwareontwikkelaar", "SWO12345"),
)


def the_official_messages_are_read(hands: Hands) -> None:
    for year in (2020, 2021):
        _open(hands, year)
        _says(hands, f"Aangifte omzetbelasting {year}", f"01-10-{year} t/m 31-10-{year}", "******044B37")
        assert _shown(hands) == FACTS
        message = (MESSAGES / f"ob-aangifte-{year}.xbrl").read_bytes()
        assert _read(message) == FACTS
        with hands.page.expect_download() as download:
            hands.press(hands.page.get_by_role("link", name="Download document"))
        assert download.value.path().read_bytes() == message


def _open(hands: Hands, year: int) -> None:
    """By the client's name: others of the office have returns of that month too."""
    page = hands.page
    steps.to_returns(hands)
    hands.fill(page.get_by_role("main").get_by_label("Zoek op naam"), "Voorbeeld OB")
    steps.narrow(hands, "OB", str(year))
    expect(steps.number_found(hands)).to_have_text(re.compile(" van 1$"))
    steps.open_first_return(hands)


def _says(hands: Hands, *facts: str) -> None:
    section = hands.page.locator("section[aria-labelledby=contents-title]")
    for fact in facts:
        expect(section.locator("dd").filter(has_text=re.compile(f"^{re.escape(fact)}$"))).to_have_count(1)


def _shown(hands: Hands) -> tuple[tuple[str, str], ...]:
    rows = hands.page.locator("section[aria-labelledby=contents-title] tr").filter(
        has=hands.page.locator("td")
    )
    return tuple(
        (_cell(label), _cell(value))
        for label, value in zip(
            rows.locator("th").all_inner_texts(), rows.locator("td").all_inner_texts(), strict=True
        )
    )


def _cell(text: str) -> str:
    return " ".join(text.split())


def _read(message: bytes) -> tuple[tuple[str, str], ...]:
    """What the library reads of it."""
    instance = xbrl.read_instance(message)
    sections = xbrl.readable(instance, list(instance.facts))
    return tuple((row.label, row.value) for section in sections for row in section.rows)
