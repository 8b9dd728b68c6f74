"""The second step with a passkey, the warning before the session ends, and showing a password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Portal

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PASSWORD = "nextens-demo-2026"
STEP = "/instellingen/account/tweestapsverificatie/"


@pytest.fixture
def site(portal: Portal) -> str:
    """The portal by a name: passkeys belong to names, never to numbers."""
    return f"http://localhost:{urlsplit(portal.url).port}"


@pytest.fixture
def authenticator(page: Page) -> Iterator[CDPSession]:
    """A passkey device that says yes."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    able = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": {**options, **able}})
    yield cdp
    cdp.detach()


def log_in(page: Page, site: str, name: str = "buur@ander.example") -> None:
    page.goto(f"{site}/inloggen/")
    page.get_by_label("Gebruikersnaam (uw e-mailadres)").fill(name)
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()


def confirm_password(page: Page) -> None:
    expect(page.get_by_role("heading", name="Bevestig uw wachtwoord")).to_be_visible()
    page.get_by_label("Wachtwoord", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Bevestigen").click()


def test_logs_in_with_a_passkey(page: Page, site: str, authenticator: CDPSession) -> None:
    log_in(page, site)
    page.goto(f"{site}{STEP}passkey/")
    confirm_password(page)
    page.get_by_label("Naam").fill("Laptop kantoor")
    page.get_by_role("button", name="Voeg de passkey toe").click()
    expect(page.get_by_role("heading", name="Herstelcodes")).to_be_visible()
    expect(page.locator(".codes li")).to_have_count(10)

    page.context.clear_cookies()
    log_in(page, site)
    page.get_by_role("button", name="Gebruik een passkey").click()
    expect(page).to_have_title(re.compile("Home"))

    page.goto(f"{site}{STEP}")
    page.get_by_role("button", name="Verwijder Laptop kantoor").click()
    confirm_password(page)
    page.get_by_role("button", name="Verwijder", exact=True).click()
    expect(page.locator(".badge", has_text="Uit")).to_be_visible()


def test_warns_before_the_session_ends(page: Page, site: str) -> None:
    page.clock.install()
    log_in(page, site, "medewerker@demo.example")
    expect(page).to_have_title(re.compile("Home"))
    stay = page.get_by_role("button", name="Blijf ingelogd")
    answers = iter([{"seconds": 140}, {"seconds": 7200}, {"seconds": 140}, {"seconds": 0}])
    page.route("**/sessie/**", lambda route: route.fulfill(json=next(answers)))
    page.clock.run_for(7000_000)
    expect(stay).to_be_hidden()
    page.clock.run_for(60_000)
    expect(stay).to_be_visible()
    stay.click()
    expect(stay).to_be_hidden()
    page.clock.run_for(7060_000)
    expect(stay).to_be_visible()
    page.clock.run_for(150_000)
    expect(page.get_by_text("U bent uitgelogd omdat u een tijd niets heeft gedaan.")).to_be_visible()
    expect(page.get_by_role("link", name="Naar inloggen")).to_have_attribute("href", "/inloggen/?next=/")


def test_stays_logged_in(page: Page, site: str) -> None:
    log_in(page, site, "medewerker@demo.example")
    expect(page).to_have_title(re.compile("Home"))
    page.evaluate("document.querySelector('form[data-session]').hidden = false")
    page.evaluate("document.querySelector('[data-part=warning]').hidden = false")
    with page.expect_response("**/sessie/verlengen/") as answer:
        page.get_by_role("button", name="Blijf ingelogd").click()
    assert answer.value.status == 200
    assert answer.value.json()["seconds"] > 7000


def test_shows_what_is_typed(page: Page, site: str) -> None:
    page.goto(f"{site}/inloggen/")
    password = page.get_by_label("Wachtwoord", exact=True)
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("button", name="Toon wachtwoord").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Verberg wachtwoord").click()
    expect(password).to_have_attribute("type", "password")


def test_logs_in_without_javascript(page: Page, site: str) -> None:
    plain = page.context.browser.new_context(java_script_enabled=False)
    other = plain.new_page()
    log_in(other, site, "medewerker@demo.example")
    expect(other).to_have_title(re.compile("Home"))
    expect(other.get_by_role("button", name="Blijf ingelogd")).to_be_hidden()
    plain.close()
