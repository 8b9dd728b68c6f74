"""The whole line, as an office walks it: log in, certificate, migration file, import, mail, returns."""

from __future__ import annotations

import re
from email import message_from_string, policy
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from migrations_app.migration_file.synthetic import Preset, write_preset
from tests.browser import pictures
from tests.browser.conftest import Portal
from tests.browser.pictures import Camera

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
G4_TRIAL = ROOT / "tests/data/pkioverheid" / "g4-trial" / "G4-Private-G-TLS-SYS-withOIN.p12"
OFFICIAL_MESSAGE = ROOT / "migrations_app/migration_file/data/ob-aangifte-2020.xbrl"
RETURN_LINK = "table a[href^='/aangiften/']"
NIGHT = 60_000  # milliseconds
# product, tax year, number: the step plan's six rows
STEP_PLAN = (
    ("BtwWin2016 (Classic)", "2016", "115"),
    ("VpbWin2017 (Classic)", "2017", "20"),
    ("VpbWin2018 (Classic)", "2018", "18"),
    ("BasWin2019 (Classic)", "2018", "411"),
    ("BtwWin2021 (Classic)", "2021", "2"),
    ("VpbWin2021 (Classic)", "2021", "1"),
)


@pytest.mark.parametrize("where", ["portal", "portal_on_services"])
def test_an_office_moves_to_nextens(
    page: Page, camera: Camera, where: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    portal: Portal = request.getfixturevalue(where)
    log_in(page, portal, camera)
    upload_certificate(page, camera)
    migrate(page, portal.data / "demo" / "15102021135603.zip", camera)
    the_report_agrees_with_the_step_plan(page)
    camera.take("verslag")
    the_mail_says_so(portal)
    the_returns_are_there(page, portal)
    unlock_one(page, camera)
    the_official_messages_come_along(page, portal, tmp_path / "16102021090000.zip", camera)
    # each picture of the help page shows a page that is still on the way
    assert {path.stem for path in pictures.FOLDER.glob("*.webp")} == camera.taken


def log_in(page: Page, portal: Portal, camera: Camera) -> None:
    page.goto(portal.url)
    camera.take("inloggen")
    page.get_by_label("Gebruikersnaam (uw e-mailadres)").fill("Beheerder@demo.example")
    page.get_by_label("Wachtwoord", exact=True).fill("not the password")
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_text("De gebruikersnaam of het wachtwoord klopt niet.").first).to_be_visible()
    page.get_by_label("Wachtwoord", exact=True).fill("nextens-demo-2026")
    page.get_by_role("button", name="Inloggen").click()
    expect(page).to_have_title(re.compile("Home"))


def upload_certificate(page: Page, camera: Camera) -> None:
    page.locator("summary", has_text=re.compile("beheer", re.IGNORECASE)).first.click()
    camera.take("gebruikersmenu")
    page.get_by_role("link", name="Instellingen").first.click()
    page.get_by_role("link", name="Certificaten").click()
    page.get_by_role("link", name="Upload").click()
    fill_certificate(page, password="not of this file")
    camera.take("certificaat-upload")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Het wachtwoord past niet bij dit certificaat.").first).to_be_visible()
    fill_certificate(page, password="trial")
    page.get_by_role("button", name="Upload").click()
    expect(
        page.get_by_text(
            "Het PKIoverheid services certificaat is nu actief "
            "en u kunt nu uw gegevens migreren naar Nextens!"
        )
    ).to_be_visible()
    camera.take("certificaten")


def fill_certificate(page: Page, *, password: str) -> None:
    page.locator("input[type=file]").set_input_files(G4_TRIAL)
    page.get_by_label("Wachtwoord", exact=True).fill(password)
    page.get_by_label("Actief").check()


def migrate(page: Page, file: Path, camera: Camera) -> None:
    page.get_by_role("link", name="Migratie", exact=True).first.click()
    camera.take("migratie-overzicht")
    page.get_by_role("link", name="Upload migratiebestand").click()
    page.get_by_role("button", name="Volgende >").or_(page.get_by_role("link", name="Volgende >")).click()
    expect(page.get_by_label("Gecombineerd")).to_be_checked()
    camera.take("importtype")
    page.get_by_role("button", name="Volgende >").click()
    page.locator("input[type=file]").set_input_files(file)
    camera.take("bestand")
    page.get_by_role("button", name="Volgende >").click()
    # in a demo without office hours it may be done before the page is there
    expect(page.get_by_text("U heeft het migratieproces volledig doorlopen.")).to_be_visible()
    camera.take("voortgang")
    expect(page.get_by_role("progressbar", name="Verwerken van het migratiebestand")).to_have_attribute(
        "value", "100", timeout=NIGHT
    )
    page.get_by_role("link", name="Bekijk het migratieverslag").click()


def the_report_agrees_with_the_step_plan(page: Page) -> None:
    for product, year, number in STEP_PLAN:
        row = page.get_by_role("row").filter(has_text=product).filter(has_text=year)
        expect(row).to_have_count(1)
        # announced; new, updated, unchanged; migrated, skipped, rejected
        figures = rf"{number}\s+{number}\s+0\s+0\s+{number}\s+0\s+0\s+Gelijk"
        expect(row).to_contain_text(re.compile(rf"{re.escape(product)}\s+{year}\s+{figures}"))
    expect(total(page)).to_contain_text(re.compile(r"567\s+567\s+0\s+0\s+567\s+0\s+0"))


def total(page: Page) -> Locator:
    """The last row of the first table: returns by product and year."""
    return page.get_by_role("row").filter(has_text="Totaal").first


def the_mail_says_so(portal: Portal) -> None:
    mails = [message_from_string(text, policy=policy.default) for text in portal.mails()]
    (done,) = (mail for mail in mails if mail["Subject"].startswith("Uw migratie is voltooid (MIG-"))
    assert done["To"] == "beheerder@demo.example"
    assert done["Auto-Submitted"] == "auto-generated"
    text = done.get_body(("plain",)).get_content()
    assert f"{portal.url}/instellingen/migratie/" in text


def the_returns_are_there(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/aangiften/")
    expect(page.get_by_text(re.compile("van 567"))).to_be_visible()


def unlock_one(page: Page, camera: Camera) -> None:
    page.locator(RETURN_LINK).first.click()
    expect(page.get_by_text("Gereed/gemigreerd").first).to_be_visible()
    camera.take("aangifte")
    page.get_by_role("link", name="Ontgrendelen").or_(page.get_by_role("button", name="Ontgrendelen")).click()
    page.get_by_role("button", name="Ontgrendelen").click()
    expect(page.get_by_text("De aangifte is ontgrendeld.")).to_be_visible()


def the_official_messages_come_along(page: Page, portal: Portal, file: Path, camera: Camera) -> None:
    with file.open("wb") as out:
        write_preset(out, Preset.OB_MESSAGES, office_number="12345678")
    page.goto(f"{portal.url}/instellingen/")
    migrate(page, file, camera)
    expect(total(page)).to_contain_text(re.compile(r"2\s+2\s+0\s+0"))
    page.goto(f"{portal.url}/aangiften/?tax=OB&tax_year=2020")
    page.locator(RETURN_LINK).first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download document").click()
    assert download.value.path().read_bytes() == OFFICIAL_MESSAGE.read_bytes()
