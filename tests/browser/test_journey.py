"""The whole line, as an office walks it: certificate, migration file, evening, import, mail, returns."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import expect

from migrations_app.migration_file.synthetic import Preset, write_preset
from tests.browser import pictures, steps
from tests.browser.conftest import Portal, Window
from tests.browser.hands import Hands, Keyboard, Mouse
from tests.browser.official import the_official_messages_are_read
from tests.browser.pictures import Camera
from tests.browser.relay import relay_to

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

ADMINISTRATOR = "beheerder@demo.example"
# of an office of its own, so that its returns are new
NEIGHBOUR, NEIGHBOURS_NUMBER = "buur@ander.example", "87654321"


@pytest.mark.parametrize("where", ["portal", "portal_on_services"])
def test_an_office_moves_to_nextens(
    window: Window, camera: Camera, where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    portal: Portal = request.getfixturevalue(where)
    day = steps.office_day()
    with relay_to(portal.url) as relay, window(may_lose=True) as page:
        hands = Mouse(page)
        page.goto(relay.url)
        steps.log_in_at_second_try(hands, ADMINISTRATOR.capitalize(), camera)
        steps.to_settings(hands, "Certificaten", camera)
        upload_certificates(hands, windows_export(portal.data / "demo" / "demo.p12", tmp_path), camera)
        keep_hours(hands, day)
        steps.to_the_file_page(hands, camera)
        steps.send_file_over(relay, hands, portal.data / "demo" / "15102021135603.zip", camera)
        if day:
            steps.it_waits_for_the_evening(hands, camera)
    if day:
        the_evening_comes(window, portal, day)
    with window() as page:
        hands = Mouse(page)
        the_mail_leads_to_the_report(hands, portal)
        steps.the_report_agrees_with_the_step_plan(hands)
        camera.take(page, "verslag")
        steps.to_returns(hands)
        steps.the_returns_are_there(hands)
        steps.unlock_one(hands, camera)
        bring_official_messages(hands, portal, tmp_path / "16102021090000.zip", camera)
        the_official_messages_are_read(hands)
    # each picture of the help page shows a page that is still on the way
    assert {path.stem for path in pictures.FOLDER.glob("*.webp")} == camera.taken


def test_the_line_is_walked_without_scripts(window: Window, portal: Portal, tmp_path: Path) -> None:
    with window(scripts=False) as page:
        walk(Mouse(page, scripts=False), portal, tmp_path)


def test_the_line_is_walked_by_keyboard(window: Window, portal_on_services: Portal, tmp_path: Path) -> None:
    with window() as page:
        walk(Keyboard(page), portal_on_services, tmp_path)


def walk(hands: Hands, portal: Portal, folder: Path) -> None:
    """The whole line in one window, at an office that nobody else moves."""
    page, day = hands.page, steps.office_day()
    file = folder / "15102021135603.zip"
    with file.open("wb") as out:
        write_preset(out, Preset.STAPPENPLAN, office_number=NEIGHBOURS_NUMBER)
    page.goto(portal.url)
    steps.log_in(hands, NEIGHBOUR)
    steps.to_settings(hands, "Certificaten")
    steps.to_upload(hands)
    steps.give_certificate(hands, steps.G4_TRIAL, "not of this file", steps.WRONG_PASSWORD)
    steps.give_certificate(hands, steps.G4_TRIAL, "trial", steps.NOW_ACTIVE, active=True)
    keep_hours(hands, day)
    steps.to_the_file_page(hands)
    steps.send_file(hands, file)
    if day:
        steps.it_waits_for_the_evening(hands)
        progress = page.url
        page.goto(f"{portal.url}/instellingen/kantoorgegevens/")
        steps.set_hours(hands, day, "", "")
        page.goto(progress)
    steps.it_is_done(hands)
    steps.the_report_agrees_with_the_step_plan(hands)
    steps.to_returns(hands)
    steps.the_returns_are_there(hands, steps.STEP_PLAN[:1])
    steps.unlock_one(hands)


def windows_export(p12: Path, folder: Path) -> Path:
    """The demo's key and certificates as older versions of Windows write them: RC2, 3DES and SHA-1."""
    pem, pfx = folder / "kantoor.pem", folder / "kantoor.pfx"
    opened = ["openssl", "pkcs12", "-in", p12, "-passin", "pass:demo-geheim", "-noenc", "-out", pem]
    old = ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1"]
    export = ["openssl", "pkcs12", "-export", "-in", pem, *old, "-passout", "pass:kantoor", "-out", pfx]
    for command in (opened, export):
        subprocess.run(command, check=True, capture_output=True)
    return pfx


def upload_certificates(hands: Hands, windows: Path, camera: Camera) -> None:
    """A wrong password, another PKI, then two that are good, of which the second replaces the first."""
    steps.to_upload(hands)
    steps.give_certificate(
        hands, windows, "not of this file", steps.WRONG_PASSWORD, active=True, camera=camera
    )
    steps.give_certificate(hands, steps.OF_WINDOWS, "password", steps.OF_ANOTHER_PKI)
    steps.give_certificate(hands, windows, "kantoor", steps.NOW_ACTIVE)
    camera.take(hands.page, "certificaten")
    the_certificates_are(hands, {"www.nextensdemo.example": "Ja"})
    steps.to_upload(hands)
    steps.give_certificate(hands, steps.G4_TRIAL, "trial", steps.NOW_ACTIVE, active=True)
    the_certificates_are(hands, {"www.nextensdemo.example": "Nee", "TRIAL": "Ja"})


def the_certificates_are(hands: Hands, states: dict[str, str]) -> None:
    rows = hands.page.locator("tbody tr")
    expect(rows).to_have_count(len(states))
    for name, active in states.items():
        expect(rows.filter(has_text=name).locator("td").first).to_have_text(active)


def keep_hours(hands: Hands, day: str | None) -> None:
    """From the certificates to Kantoorgegevens: the office is open today, whatever the time is."""
    page = hands.page
    hands.press(page.get_by_role("navigation").get_by_role("link", name="Kantoorgegevens"))
    expect(page).to_have_title(re.compile("^Kantoorgegevens"))
    if day:
        steps.set_hours(hands, day, "00:00", steps.LAST_MINUTE)


def the_evening_comes(window: Window, portal: Portal, day: str) -> None:
    """Not by the clock: the office closes for the day."""
    with window() as page:
        hands = Mouse(page)
        page.goto(portal.url)
        steps.log_in(hands, ADMINISTRATOR)
        steps.to_settings(hands, "Kantoorgegevens")
        steps.set_hours(hands, day, "", "")


def the_mail_leads_to_the_report(hands: Hands, portal: Portal) -> None:
    """Its link asks to log in first, and remembers where it led."""
    done = portal.mail(ADMINISTRATOR, "Uw migratie is voltooid (MIG-")
    assert done["Auto-Submitted"] == "auto-generated"
    links = [
        set(re.findall(rf"{portal.url}/instellingen/migratie/[^\s\"<]+", part.get_content()))
        for part in done.walk()
        if part.get_content_maintype() == "text"
    ]
    assert len(links) == 2
    assert links[0] == links[1]
    (link,) = links[0]
    page = hands.page
    page.goto(link)
    expect(page).to_have_url(re.compile(r"/inloggen/\?next="))
    steps.log_in(hands, ADMINISTRATOR)
    expect(page).to_have_url(link)


def bring_official_messages(hands: Hands, portal: Portal, file: Path, camera: Camera) -> None:
    """The office is closed now, so that they come at once."""
    with file.open("wb") as out:
        write_preset(out, Preset.OB_MESSAGES, office_number="12345678")
    hands.page.goto(f"{portal.url}/instellingen/")
    steps.to_the_file_page(hands)
    steps.send_file(hands, file)
    steps.it_is_done(hands, camera)
    expect(steps.total(hands)).to_contain_text(re.compile(r"2\s+2\s+0\s+0"))
