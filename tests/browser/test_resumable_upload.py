"""A large file goes in pieces: paused, cut off by a reload, gone on with where it was."""

from __future__ import annotations

import os
import re
import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import Portal
from tests.browser.test_journey import G4_TRIAL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

MIB = 1024**2
SIZE = 80 * MIB
UPLOADS = "**/uploads/**"
BAR = "Uploaden van het migratiebestand"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """One stored entry of random bytes: a real ZIP file, and no migration file."""
    path, data, name = tmp_path / "16112026101500.zip", os.urandom(SIZE), b"x"
    crc, flags = zlib.crc32(data), struct.pack("<HHHHH", 20, 0, 0, 0, 0x21)
    sizes = struct.pack("<IIIHH", crc, len(data), len(data), len(name), 0)
    entry = b"PK\x03\x04" + flags + sizes + name + data
    central = b"PK\x01\x02" + struct.pack("<H", 20) + flags + sizes + bytes(14) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(entry), 0)
    path.write_bytes(entry + central + end)
    return path


def test_upload_survives_a_reload(page: Page, portal: Portal, file: Path) -> None:
    to_the_file_page(page, portal)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/uploads/" in request.url else None)
    send_one_piece(page, file)
    page.reload()
    expect(page.get_by_text("Van 16112026101500.zip is 32,0 MB van 80,0 MB geüpload.")).to_be_visible()
    page.unroute(UPLOADS)
    asked.clear()
    choose(page, file)
    expect(page).to_have_title(re.compile("Pagina 4 van 4: Voortgang"), timeout=60_000)
    first = next(request for request in asked if request.method == "PATCH")
    assert first.headers["upload-offset"] == str(32 * MIB)
    assert {request.method for request in asked} == {"HEAD", "PATCH"}
    expect(page.get_by_text("Geweigerd").first).to_be_visible(timeout=60_000)


def test_upload_pauses_and_goes_on(page: Page, portal: Portal, file: Path) -> None:
    to_the_file_page(page, portal)
    send_one_piece(page, file)
    page.get_by_role("button", name="Pauzeer").click()
    expect(page.get_by_text("De upload is gepauzeerd.")).to_be_visible()
    page.unroute(UPLOADS)
    page.get_by_role("button", name="Ga verder").click()
    expect(page).to_have_url(re.compile("/instellingen/migratie/[0-9a-f-]{36}/"), timeout=60_000)


def test_another_file_is_refused_with_a_reason(page: Page, portal: Portal, tmp_path: Path) -> None:
    to_the_file_page(page, portal)
    wrong = tmp_path / "export.rar"
    wrong.write_bytes(b"Rar!")
    choose(page, wrong)
    expect(
        page.get_by_text("Het migratiebestand moet een .zip-bestand zijn. U koos: export.rar.").first
    ).to_be_visible()


def send_one_piece(page: Page, file: Path) -> None:
    """The first PATCH request is answered; the second never arrives."""
    passed = 0

    def route(route: Route) -> None:
        nonlocal passed
        passed += route.request.method == "PATCH"
        if passed < 2:
            route.continue_()

    page.route(UPLOADS, route)
    with page.expect_response(lambda response: response.request.method == "PATCH", timeout=60_000):
        choose(page, file)
    expect(page.get_by_role("progressbar", name=BAR)).to_have_attribute("value", "39")


def choose(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Volgende >").click()


def to_the_file_page(page: Page, portal: Portal) -> None:
    page.goto(portal.url)
    page.get_by_label("Gebruikersnaam (uw e-mailadres)").fill("beheerder@demo.example")
    page.get_by_label("Wachtwoord", exact=True).fill("nextens-demo-2026")
    page.get_by_role("button", name="Inloggen").click()
    page.goto(f"{portal.url}/instellingen/certificaten/")
    if not page.get_by_text("Maak inactief").count():
        page.goto(f"{portal.url}/instellingen/certificaten/upload/")
        page.locator("input[type=file]").set_input_files(G4_TRIAL)
        page.get_by_label("Wachtwoord", exact=True).fill("trial")
        page.get_by_label("Actief").check()
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_text("is nu actief").first).to_be_visible()
    page.goto(f"{portal.url}/instellingen/migratie/nieuw/importtype/")
    page.get_by_role("button", name="Volgende >").click()
