"""A large file goes in pieces: paused, cut off by a reload, gone on with where it was."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from migrations_app.migration_file import check_file
from tests.browser import steps
from tests.browser.conftest import Portal, Window
from tests.browser.hands import Mouse

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MIB = 1024**2
SIZE = 80 * MIB
PIECE = 64 * MIB  # as static/js/upload.js has it
OFFICE = "12345678"
UPLOADS = "**/uploads/**"
BAR = "Uploaden van het migratiebestand"


@pytest.fixture
def page(window: Window) -> Iterator[Page]:
    """A visitor whose scripts must not fail; requests here do."""
    with window(may_lose=True) as page:
        yield page


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A manifest of the office, and random bytes that it does not announce: the check will refuse it."""
    path = tmp_path / "16112026101500.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", manifest(OFFICE))
        archive.writestr("x", os.urandom(SIZE))
    return path


def manifest(office: str) -> str:
    return json.dumps({"office": {"trade_register_number": office}})


def test_upload_survives_a_reload(page: Page, portal: Portal, file: Path) -> None:
    to_the_file_page(page, portal)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/uploads/" in request.url else None)
    send_one_piece(page, file)
    page.reload()
    expect(page.get_by_text("Van 16112026101500.zip is 64,0 MB van 80,0 MB geüpload.")).to_be_visible()
    page.unroute(UPLOADS)
    asked.clear()
    choose(page, file)
    expect(page).to_have_title(re.compile("Pagina 4 van 4: Voortgang"), timeout=60_000)
    first = next(request for request in asked if request.method == "PATCH")
    assert first.headers["upload-offset"] == str(PIECE)
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


def test_session_that_ends_in_mid_upload(page: Page, portal: Portal, file: Path) -> None:
    """The server's 401 pauses; who logs in again in another window goes on where it was."""
    to_the_file_page(page, portal)
    held = send_one_piece(page, file)
    log_out(page.context.new_page(), portal)
    held[0].continue_()
    page.unroute(UPLOADS)
    expect(page.get_by_text("Log opnieuw in en klik daarna hier")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log opnieuw in").click()
    log_in(opened.value)
    expect(opened.value).to_have_title(re.compile("^Home"))
    pieces: list[Request] = []
    page.on("request", lambda request: pieces.append(request) if request.method == "PATCH" else None)
    page.get_by_role("button", name="Ga verder").click()
    expect(page).to_have_url(re.compile("/instellingen/migratie/[0-9a-f-]{36}/"), timeout=60_000)
    assert [piece.headers["upload-offset"] for piece in pieces] == [str(PIECE)]


def test_network_that_is_away_for_a_while(page: Page, portal: Portal, file: Path) -> None:
    to_the_file_page(page, portal)
    send_one_piece(page, file)
    page.unroute(UPLOADS)
    page.context.set_offline(True)
    page.get_by_role("button", name="Pauzeer").click()
    page.get_by_role("button", name="Ga verder").click()
    expect(page.get_by_text("De verbinding is weggevallen.")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="Ga verder").click()
    expect(page).to_have_url(re.compile("/instellingen/migratie/[0-9a-f-]{36}/"), timeout=60_000)


def test_requests_that_get_nowhere_are_tried_again(page: Page, portal: Portal, file: Path) -> None:
    to_the_file_page(page, portal)
    away = 3

    def route(route: Route) -> None:
        nonlocal away
        if route.request.method != "POST" and away:
            away -= 1
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(UPLOADS, route)
    choose(page, file)
    expect(page.get_by_text("De verbinding is weggevallen.")).to_be_visible(timeout=30_000)
    expect(page).to_have_url(re.compile("/instellingen/migratie/[0-9a-f-]{36}/"), timeout=60_000)
    assert away == 0


def test_wrong_files_are_refused_before_a_byte_travels(page: Page, portal: Portal, tmp_path: Path) -> None:
    to_the_file_page(page, portal)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/uploads/" in request.url else None)
    for name, content, sentence in (
        ("export.rar", b"Rar!", "Het migratiebestand moet een .zip-bestand zijn. U koos: export.rar."),
        ("brief.zip", b"%PDF-1.7 of a letter", "Het migratiebestand is beschadigd of niet compleet."),
        ("leeg.zip", b"", "Het migratiebestand is leeg."),
        ("half.zip", zipped(OFFICE)[:-30], "Het migratiebestand is beschadigd of niet compleet."),
        ("ander.zip", zipped("87654321"), "Dit migratiebestand is van een ander kantoor"),
        ("iets.zip", zipped(OFFICE, name="a.txt"), "Dit .zip-bestand is niet met de Nextens-migratietool"),
    ):
        wrong = tmp_path / name
        wrong.write_bytes(content)
        page.locator("input[type=file]").set_input_files(wrong)
        expect(page.get_by_role("alert").filter(has_text=sentence)).to_be_visible()
        page.get_by_role("button", name="Volgende >").click()
        expect(page.get_by_role("progressbar", name=BAR)).to_be_hidden()
    assert asked == []
    assert "/nieuw/bestand/" in page.url


def test_only_what_is_wrong_with_this_file_is_said(page: Page, portal: Portal, tmp_path: Path) -> None:
    """What the server said of the answer before is gone, from summary, field and title."""
    to_the_file_page(page, portal)
    page.get_by_role("button", name="Volgende >").click()
    expect(page.get_by_role("heading", name="Er is een probleem")).to_be_visible()
    wrong, right = tmp_path / "export.rar", tmp_path / "export.zip"
    wrong.write_bytes(b"Rar!")
    right.write_bytes(zipped(OFFICE))
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_text("U koos: export.rar.")).to_be_visible()
    expect(page.get_by_text("Selecteer het migratiebestand (.zip).")).to_have_count(0)
    expect(page.locator(".field-wrong")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_accessible_description(re.compile("U koos: export.rar"))
    page.locator("input[type=file]").set_input_files(right)
    expect(page.locator(".field-wrong")).to_have_count(0)
    expect(page).to_have_title(re.compile("^Pagina 3 van 4"))


def test_chosen_file_says_how_large_it_is_and_when_it_was_made(
    page: Page, portal: Portal, tmp_path: Path
) -> None:
    to_the_file_page(page, portal)
    chosen = page.locator("[data-chosen]")
    for name, shown in (
        ("15102021135603.zip", "15102021135603.zip – 4,2 kB – gemaakt 15-10-2021 13:56"),  # noqa: RUF001
        ("export.zip", "export.zip (4,2 kB)"),
    ):
        path = tmp_path / name
        path.write_bytes(b"PK" + bytes(4298))
        page.locator("input[type=file]").set_input_files(path)
        expect(chosen).to_have_text(shown)


def test_manifest_is_found_wherever_it_is(page: Page, portal: Portal, tmp_path: Path) -> None:
    """Stored or deflated, first or behind a directory of more than one piece, with ZIP64 or without."""
    to_the_file_page(page, portal)
    digest = hashlib.sha256(manifest(OFFICE).encode()).hexdigest()
    many = [(f"documents/{number:040}", b"") for number in range(20_000)]
    for name, others, packing, wide in (
        ("stored.zip", [("a", b"x")], zipfile.ZIP_STORED, False),
        ("deflated.zip", [("a", b"x")], zipfile.ZIP_DEFLATED, False),
        ("last.zip", many, zipfile.ZIP_DEFLATED, False),
        ("zip64.zip", [("a", b"x")], zipfile.ZIP_DEFLATED, True),
        ("zip64-many.zip", many * 4, zipfile.ZIP_STORED, True),
    ):
        path = tmp_path / name
        write_zip(path, others, packing, wide=wide)
        page.locator("input[type=file]").set_input_files(path)
        found = page.evaluate(LOOK, [OFFICE])
        assert found == {"manifest": digest}, name
        assert page.evaluate(LOOK, ["00000000"]) == {"code": "other-office"}, name


def test_damaged_files_never_break_the_look(page: Page, portal: Portal, tmp_path: Path) -> None:
    """Only what is sure is said; the rest is the server's to say."""
    to_the_file_page(page, portal)
    whole, chance = zipped(OFFICE), random.Random(6)
    for number in range(60):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path = tmp_path / f"{number}.zip"
        path.write_bytes(data)
        page.locator("input[type=file]").set_input_files(path)
        found = page.evaluate(LOOK, [OFFICE])
        assert set(found) <= {"code", "manifest"}
        if found.get("code"):
            report = check_file(BytesIO(data), accepted_numbers=[OFFICE])
            assert not report.accepted


LOOK = """(numbers) => {
  const [file] = document.querySelector("input[type=file]").files;
  return lookInto(file, { largest: 1e12, numbers });
}"""


def write_zip(path: Path, others: list[tuple[str, bytes]], packing: int, *, wide: bool) -> None:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for number, (name, data) in enumerate(others):
            archive.writestr(f"{name}-{number}", data)
        with archive.open("manifest.json", "w", force_zip64=wide) as out:
            out.write(manifest(OFFICE).encode())


def zipped(office: str, *, name: str = "manifest.json") -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, manifest(office))
    return out.getvalue()


def send_one_piece(page: Page, file: Path) -> list[Route]:
    """The first PATCH request is answered; the second is held, and is what this returns."""
    passed, held = 0, []

    def route(route: Route) -> None:
        nonlocal passed
        passed += route.request.method == "PATCH"
        if passed < 2:
            route.continue_()
        else:
            held.append(route)

    page.route(UPLOADS, route)
    with page.expect_response(lambda response: response.request.method == "PATCH", timeout=60_000):
        choose(page, file)
    expect(page.get_by_role("progressbar", name=BAR)).to_have_attribute("value", "79")
    until = time.monotonic() + 10
    while not held and time.monotonic() < until:
        page.wait_for_timeout(20)
    return held


def choose(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Volgende >").click()


def log_in(page: Page) -> None:
    steps.log_in(Mouse(page), "beheerder@demo.example")


def log_out(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/uitloggen/")
    page.get_by_role("main").get_by_role("button", name="Uitloggen").click()
    page.close()


def to_the_file_page(page: Page, portal: Portal) -> None:
    page.goto(portal.url)
    log_in(page)
    expect(page).to_have_title(re.compile("^Home"))
    page.goto(f"{portal.url}/instellingen/certificaten/")
    if not page.get_by_text("Maak inactief").count():
        hands = Mouse(page)
        steps.to_upload(hands)
        steps.give_certificate(hands, steps.G4_TRIAL, "trial", steps.NOW_ACTIVE, active=True)
    page.goto(f"{portal.url}/instellingen/migratie/nieuw/importtype/")
    page.get_by_role("button", name="Volgende >").click()
    page.wait_for_url("**/nieuw/bestand/")
