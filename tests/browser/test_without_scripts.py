"""The main ways through the portal with JavaScript off."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, Window
from tests.browser.test_account import log_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PASSWORD = "nextens-demo-2026"


@pytest.fixture
def plain(window: Window, portal: Portal) -> Iterator[Page]:
    """The kantoorbeheerder of the second office, logged in without scripts."""
    with window(site=portal.url, scripts=False) as page:
        log_in(page, portal.url)
        yield page


def confirm_password(page: Page) -> None:
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Bevestigen").click()


def test_the_menu_of_the_user_opens_and_leads_on(plain: Page) -> None:
    expect(plain).to_have_title(re.compile("^Home"))
    plain.locator(".user-menu summary").click()
    plain.get_by_role("link", name="Instellingen").click()
    expect(plain.get_by_role("heading", name="Nextens Instellingen")).to_be_visible()
    plain.locator(".user-menu summary").click()
    plain.get_by_role("button", name="Uitloggen").click()
    expect(plain.get_by_role("heading", name="Inloggen")).to_be_visible()
    plain.goto("/instellingen/")
    expect(plain.get_by_role("heading", name="Inloggen")).to_be_visible()


def test_settings_are_saved(plain: Page) -> None:
    plain.goto("/instellingen/account/")
    plain.get_by_label("Naam", exact=True).fill("Noor Visser-Bakker")
    plain.get_by_role("button", name="Opslaan").click()
    expect(plain.get_by_text("Uw naam is opgeslagen.")).to_be_visible()
    plain.goto("/instellingen/kantoorgegevens/")
    plain.get_by_label("maandag van").fill("")
    plain.get_by_label("maandag tot").fill("18:00")
    plain.get_by_role("button", name="Opslaan").click()
    expect(plain.get_by_role("heading", name="Er is een probleem")).to_be_visible()
    plain.get_by_label("maandag van").fill("08:30")
    plain.get_by_role("button", name="Opslaan").click()
    expect(plain.get_by_text("De kantoorgegevens zijn opgeslagen.")).to_be_visible()


def test_a_colleague_is_invited(plain: Page) -> None:
    plain.goto("/instellingen/gebruikersbeheer/")
    plain.get_by_role("link", name="Gebruiker uitnodigen").click()
    plain.get_by_label("E-mailadres").fill("collega@ander.example")
    plain.get_by_role("button", name=re.compile("uitnodiging", re.IGNORECASE)).click()
    # who logged in minutes ago is asked for the password once more, and the invitation goes on after it
    expect(plain.locator("h1")).to_have_text(re.compile("Bevestig uw wachtwoord|Gebruikersbeheer"))
    if plain.get_by_role("heading", name="Bevestig uw wachtwoord").is_visible():
        confirm_password(plain)
    expect(plain.get_by_role("row").filter(has_text="collega@ander.example")).to_contain_text("Uitgenodigd")


def test_a_token_is_made_and_revoked(plain: Page) -> None:
    plain.goto("/instellingen/koppelingen/")
    plain.get_by_label("Naam").fill("Zonder scripts")
    plain.locator("input[name=scopes]").first.check()
    plain.get_by_role("button", name="Maak token").click()
    expect(plain.get_by_role("heading", name="Bevestig uw wachtwoord")).to_be_visible()
    confirm_password(plain)
    expect(plain.get_by_label("Token", exact=True)).to_have_value(re.compile("^nxt_"))
    row = plain.get_by_role("row").filter(has_text="Zonder scripts")
    row.get_by_role("link", name="Trek in").click()
    plain.get_by_role("button", name="Trek in").click()
    expect(row).to_contain_text("ingetrokken")


def test_the_trail_is_narrowed(plain: Page) -> None:
    plain.goto("/instellingen/logboek/")
    plain.get_by_label("Handeling").select_option("Ingelogd")
    plain.get_by_role("button", name="Filter").click()
    expect(plain.locator("tbody tr").first).to_contain_text("Ingelogd")
    expect(plain.locator("tbody tr").filter(has_not_text="Ingelogd")).to_have_count(0)
    plain.get_by_label("Van", exact=True).fill("2030-01-01")
    plain.get_by_role("button", name="Filter").click()
    expect(plain.get_by_text("Er is niets gevonden.")).to_be_visible()
    with plain.expect_download() as sheet:
        plain.get_by_role("link", name="Download (CSV)").click()
    assert sheet.value.suggested_filename == "logboek.csv"
