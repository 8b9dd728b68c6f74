"""By keyboard alone, on a small screen, and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal
from tests.browser.hands import focused
from tests.browser.test_account import log_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PEOPLE = "/instellingen/gebruikersbeheer/"


@pytest.fixture
def office_page(page: Page, portal: Portal) -> Page:
    log_in(page, portal.url)
    expect(page).to_have_title(re.compile("^Home"))
    return page


def test_the_first_key_offers_the_way_past_the_bar(office_page: Page, portal: Portal) -> None:
    office_page.goto(f"{portal.url}/instellingen/")
    office_page.keyboard.press("Tab")
    assert focused(office_page) == {"name": "Naar de inhoud", "seen": True}
    office_page.keyboard.press("Enter")
    expect(office_page.locator("main")).to_be_focused()


def test_every_stop_is_seen_and_in_the_order_of_the_page(office_page: Page, portal: Portal) -> None:
    office_page.goto(f"{portal.url}{PEOPLE}")
    stops: list[dict[str, object]] = []
    for _ in range(40):
        office_page.keyboard.press("Tab")
        stop = focused(office_page)
        if stop["name"] in {"BODY", ""} or (stops and stop == stops[0]):
            break
        stops.append(stop)
    assert [stop for stop in stops if not stop["seen"]] == []
    names = [str(stop["name"]) for stop in stops]
    expected = ["Naar de inhoud", "Nextens", "Home", "Tools", "Account", "Gebruiker uitnodigen", "Help"]
    assert [name for name in names if name in expected] == expected


def test_the_menu_opens_and_closes_by_keyboard(office_page: Page) -> None:
    menu, opener = office_page.locator(".user-menu"), office_page.locator(".user-menu summary")
    for key in ("Enter", " "):
        opener.focus()
        office_page.keyboard.press(key)
        expect(menu).to_have_attribute("open", "")
        office_page.keyboard.press("Tab")
        expect(office_page.get_by_role("link", name="Instellingen")).to_be_focused()
        office_page.keyboard.press("Escape")
        expect(menu).not_to_have_attribute("open", "")
        expect(opener).to_be_focused()


def test_help_opens_by_its_key(office_page: Page) -> None:
    with office_page.context.expect_page() as opened:
        office_page.keyboard.press("F1")
    expect(opened.value).to_have_title(re.compile("^Help"))


def test_the_error_has_the_focus_and_leads_to_its_field(office_page: Page, portal: Portal) -> None:
    office_page.goto(f"{portal.url}/instellingen/account/")
    office_page.get_by_label("Naam", exact=True).fill("")
    office_page.keyboard.press("Enter")
    expect(office_page.locator(".error-summary")).to_be_focused()
    office_page.keyboard.press("Tab")
    office_page.keyboard.press("Enter")
    expect(office_page.get_by_label("Naam", exact=True)).to_be_focused()


def test_the_side_menu_folds_on_a_small_screen(office_page: Page, portal: Portal) -> None:
    office_page.set_viewport_size({"width": 320, "height": 640})
    office_page.goto(f"{portal.url}/instellingen/")
    link = office_page.locator(".side-menu").get_by_role("link", name="Account")
    expect(link).to_be_hidden()
    office_page.locator(".side-menu summary").focus()
    office_page.keyboard.press("Enter")
    expect(link).to_be_visible()


def test_paper_has_the_page_without_its_buttons(office_page: Page, portal: Portal) -> None:
    office_page.goto(f"{portal.url}{PEOPLE}")
    office_page.emulate_media(media="print")
    for gone in (".bar", ".side-menu", ".button", ".skip"):
        expect(office_page.locator(gone).first).to_be_hidden()
    expect(office_page.get_by_role("table")).to_be_visible()
    expect(office_page.locator("footer")).to_contain_text("Ander Kantoor")
    thead = office_page.locator("thead").evaluate("(one) => getComputedStyle(one).display")
    assert thead == "table-header-group"
