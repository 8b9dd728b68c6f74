"""The certificates' pages in a browser: the file stays after an error, and the whole table is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, Window

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
COLUMNS = (
    "Verleend aan",
    "Actief",
    "Geldigheidsduur",
    "Uitgegeven door",
    "Serienummer",
    "Handelsregisternummer",
    "Acties",
)


@pytest.fixture
def page_without_scripts(window: Window) -> Iterator[Page]:
    with window(scripts=False) as page:
        yield page


def log_in(page: Page, portal: Portal, email: str) -> None:
    page.goto(f"{portal.url}/inloggen/?next=/instellingen/certificaten/upload/")
    page.get_by_label("Gebruikersnaam (uw e-mailadres)").fill(email)
    page.get_by_label("Wachtwoord", exact=True).fill("nextens-demo-2026")
    page.get_by_role("button", name="Inloggen").click()
    expect(page).to_have_title(re.compile("^Upload"))


def send(page: Page, password: str) -> None:
    page.get_by_label("Wachtwoord", exact=True).fill(password)
    page.get_by_role("button", name="Upload").click()


def test_the_chosen_file_stays_after_an_error(page: Page, portal: Portal) -> None:
    log_in(page, portal, "buur@ander.example")
    page.locator("input[type=file]").set_input_files(portal.data / "demo" / "demo.p12")
    page.get_by_label("Actief").check()
    send(page, "fout")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^Fout: Upload"))
    expect(page.get_by_text("demo.p12 (")).to_be_visible()
    field = page.get_by_label("Wachtwoord", exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("Het wachtwoord past niet bij dit certificaat."))
    # once more wrong, and then right, without choosing the file again
    with page.expect_response("**/upload/"):
        send(page, "ook fout")
    expect(page.locator("form[aria-busy=true]")).to_have_count(0)
    expect(page.locator(".error-summary")).to_have_count(1)
    send(page, "demo-geheim")
    expect(page.get_by_text("Het PKIoverheid services certificaat is nu actief")).to_be_visible()
    the_whole_table_is_seen(page)


def the_whole_table_is_seen(page: Page) -> None:
    """At 1280 pixels nothing scrolls sideways; at 320 only the table does, in its own region."""
    region = page.get_by_role("region")
    for name in COLUMNS:
        box = page.get_by_role("columnheader", name=name, exact=True).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 1280
    assert region.evaluate("each => each.scrollWidth - each.clientWidth") == 0
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    assert region.evaluate("each => each.scrollWidth - each.clientWidth") > 0


def test_without_scripts_the_error_is_said_and_the_file_chosen_again(
    page_without_scripts: Page, portal: Portal
) -> None:
    page = page_without_scripts
    log_in(page, portal, "medewerker@demo.example")
    page.locator("input[type=file]").set_input_files(portal.data / "demo" / "demo.p12")
    send(page, "fout")
    expect(page.get_by_text("Het wachtwoord past niet bij dit certificaat.").first).to_be_visible()
    assert page.locator("input[type=file]").input_value() == ""
    expect(page.get_by_text("Kies het bestand daarna opnieuw.")).to_be_visible()


def test_logged_out_meanwhile_leads_to_the_login(page: Page, portal: Portal) -> None:
    log_in(page, portal, "buur@ander.example")
    page.locator("input[type=file]").set_input_files(portal.data / "demo" / "demo.p12")
    page.context.clear_cookies(name="sessionid")
    send(page, "fout")
    expect(page).to_have_title(re.compile("^Inloggen"))
