"""The steps of the journey, to be walked by any hands: mouse or keyboard, scripts on or off."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection
from pathlib import Path

from playwright.sync_api import Locator, expect

from portal.office.hours import AMSTERDAM
from portal.office.public_holidays import is_public_holiday
from tests.browser.hands import Hands
from tests.browser.pictures import Camera
from tests.browser.relay import Relay

DATA = Path(__file__).parents[1] / "data"
G4_TRIAL = DATA / "pkioverheid" / "g4-trial" / "G4-Private-G-TLS-SYS-withOIN.p12"
OF_WINDOWS = DATA / "p12" / "ValidCertificatePathTest1EE_windows_tdes.p12.pfx"
PASSWORD = "nextens-demo-2026"
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
LAST_MINUTE = "23:59"
NIGHT = 120_000  # milliseconds
# product, tax and tax year, number: the step plan's six rows
STEP_PLAN = (
    ("BtwWin2016 (Classic)", "OB", "2016", 115),
    ("VpbWin2017 (Classic)", "VPB", "2017", 20),
    ("VpbWin2018 (Classic)", "VPB", "2018", 18),
    ("BasWin2019 (Classic)", "IB", "2018", 411),
    ("BtwWin2021 (Classic)", "OB", "2021", 2),
    ("VpbWin2021 (Classic)", "VPB", "2021", 1),
)
UPLOADED, PROCESSED = "Uploaden van het migratiebestand", "Verwerken van het migratiebestand"
BLIND = Camera(writes=False)


def log_in(hands: Hands, email: str) -> None:
    page = hands.page
    expect(page).to_have_title(re.compile("^(Fout: )?Inloggen"))
    hands.fill(page.get_by_label("Gebruikersnaam (uw e-mailadres)"), email)
    hands.fill(page.get_by_label("Wachtwoord", exact=True), PASSWORD)
    hands.press(page.get_by_role("button", name="Inloggen"))


def log_in_at_second_try(hands: Hands, email: str, camera: Camera) -> None:
    """With a wrong password first."""
    page = hands.page
    camera.take(page, "inloggen")
    hands.fill(page.get_by_label("Gebruikersnaam (uw e-mailadres)"), email)
    hands.fill(page.get_by_label("Wachtwoord", exact=True), "not the password")
    hands.press(page.get_by_role("button", name="Inloggen"))
    expect(page.get_by_text("De gebruikersnaam of het wachtwoord klopt niet.").first).to_be_visible()
    log_in(hands, email)


def to_settings(hands: Hands, item: str, camera: Camera = BLIND) -> None:
    """By the menu of the user to a page of the settings."""
    page = hands.page
    expect(page).to_have_title(re.compile("^Home"))
    hands.press(page.locator(".user-menu summary"))
    camera.take(page, "gebruikersmenu")
    hands.press(page.locator(".user-menu").get_by_role("link", name="Instellingen"))
    expect(page.get_by_role("heading", name="Nextens Instellingen")).to_be_visible()
    hands.press(page.get_by_role("navigation").get_by_role("link", name=item, exact=True))
    expect(page).to_have_title(re.compile(f"^{item}"))


def to_upload(hands: Hands) -> None:
    page = hands.page
    expect(page).to_have_title(re.compile("^Certificaten"))
    hands.press(page.get_by_role("link", name="Upload"))
    expect(page).to_have_title(re.compile("^Upload"))


def give_certificate(
    hands: Hands, file: Path, password: str, answer: str, *, active: bool = False, camera: Camera = BLIND
) -> None:
    """Fill in the page of an upload and send it; `answer` is what the next page says."""
    page = hands.page
    hands.give(page.locator("input[type=file]"), file)
    hands.fill(page.get_by_label("Wachtwoord", exact=True), password)
    if active:
        hands.mark(page.get_by_label("Actief"))
    camera.take(page, "certificaat-upload")
    hands.press(page.get_by_role("button", name="Upload"))
    expect(page.get_by_text(answer).first).to_be_visible()


WRONG_PASSWORD = "Het wachtwoord past niet bij dit certificaat."
OF_ANOTHER_PKI = "Dit certificaat is niet uitgegeven onder een stamcertificaat van PKIoverheid."
NOW_ACTIVE = (
    "Het PKIoverheid services certificaat is nu actief en u kunt nu uw gegevens migreren naar Nextens!"
)


def office_day() -> str | None:
    """Today's name, as long as kantoortijden of today can hold up a migration until the journey changes them.

    None on a public holiday, when every office is closed, and in the last ten minutes of a day.
    """
    now = dt.datetime.now(AMSTERDAM)
    if is_public_holiday(now.date()) or (now + dt.timedelta(minutes=10)).date() != now.date():
        return None
    return DAYS[now.weekday()]


def set_hours(hands: Hands, day: str, opens: str, closes: str) -> None:
    """On the page Kantoorgegevens; empty is closed all day."""
    page = hands.page
    hands.set_time(page.get_by_label(f"{day} van"), opens)
    hands.set_time(page.get_by_label(f"{day} tot"), closes)
    hands.press(page.get_by_role("button", name="Opslaan"))
    expect(page.get_by_text("De kantoorgegevens zijn opgeslagen.")).to_be_visible()


def to_the_file_page(hands: Hands, camera: Camera = BLIND) -> None:
    """From a page with the settings' menu through the first two pages of the wizard."""
    page = hands.page
    hands.press(page.get_by_role("navigation").get_by_role("link", name="Migratie", exact=True))
    expect(page).to_have_title(re.compile("^Migratie overzicht"))
    camera.take(page, "migratie-overzicht")
    hands.press(page.get_by_role("link", name="Upload migratiebestand"))
    expect(page).to_have_title(re.compile("^Pagina 1 van 4"))
    hands.press(page.get_by_role("button", name="Volgende >"))
    expect(page).to_have_title(re.compile("^Pagina 2 van 4"))
    expect(page.get_by_label("Gecombineerd")).to_be_checked()
    camera.take(page, "importtype")
    hands.mark(page.get_by_label("Te verwerken"))
    hands.press(page.get_by_role("button", name="Volgende >"))
    expect(page).to_have_title(re.compile("^Pagina 3 van 4"))
    expect(page.get_by_text("SBA's zonder status: Te verwerken")).to_be_visible()


def send_file(hands: Hands, file: Path, camera: Camera = BLIND) -> None:
    page = hands.page
    hands.give(page.locator("input[type=file]"), file)
    camera.take(page, "bestand")
    hands.press(page.get_by_role("button", name="Volgende >"))


def send_file_over(relay: Relay, hands: Hands, file: Path, camera: Camera) -> None:
    """The network is cut in the middle of the file, comes back, and only the rest is sent."""
    page = hands.page
    size = file.stat().st_size
    sent: list[int] = []
    page.on(
        "request",
        lambda one: sent.append(int(one.headers["upload-offset"])) if one.method == "PATCH" else None,
    )
    relay.cut_after(size // 2)
    send_file(hands, file, camera)
    expect(page.get_by_text("De verbinding is weggevallen.")).to_be_visible()
    assert relay.is_cut
    assert sent == [0]
    relay.mend()
    expect(page).to_have_title(re.compile("^Pagina 4 van 4"), timeout=NIGHT)
    assert 0 < sent[-1] < size


def it_waits_for_the_evening(hands: Hands, camera: Camera = BLIND) -> None:
    page = hands.page
    expect(page).to_have_title(re.compile("^Pagina 4 van 4"))
    expect(bar(hands, UPLOADED)).to_have_attribute("value", "100")
    expect(bar(hands, PROCESSED)).to_have_attribute("value", "10", timeout=NIGHT)
    expect(page.get_by_text("In de wachtrij").first).to_be_visible()
    expect(page.get_by_text("U kunt nu het venster en/of Nextens sluiten.")).to_be_visible()
    expect(page.get_by_text("Verwerking na kantoortijd, uiterlijk")).to_be_visible()
    camera.take(page, "voortgang")


def it_is_done(hands: Hands, camera: Camera = BLIND) -> None:
    """Seen on the page of its progress, and looked at in its report."""
    page = hands.page
    expect(page).to_have_title(re.compile("^Pagina 4 van 4"))
    camera.take(page, "voortgang")
    expect(bar(hands, PROCESSED)).to_have_attribute("value", "100", timeout=NIGHT)
    expect(bar(hands, UPLOADED)).to_have_attribute("value", "100")
    hands.press(page.get_by_role("link", name="Bekijk het migratieverslag"))
    expect(page.get_by_role("heading", name="Wat nu?")).to_be_visible()


def bar(hands: Hands, name: str) -> Locator:
    return hands.page.get_by_role("progressbar", name=name)


def the_report_agrees_with_the_step_plan(hands: Hands) -> None:
    for product, _tax, year, number in STEP_PLAN:
        row = hands.page.get_by_role("row").filter(has_text=product).filter(has_text=year)
        expect(row).to_have_count(1)
        # announced; new, updated, unchanged; migrated, skipped, rejected
        figures = rf"{number}\s+{number}\s+0\s+0\s+{number}\s+0\s+0\s+Gelijk"
        expect(row).to_contain_text(re.compile(rf"{re.escape(product)}\s+{year}\s+{figures}"))
    expect(total(hands)).to_contain_text(re.compile(r"567\s+567\s+0\s+0\s+567\s+0\s+0"))


def total(hands: Hands) -> Locator:
    """The last row of the first table: returns by product and year."""
    return hands.page.get_by_role("row").filter(has_text="Totaal").first


def to_returns(hands: Hands) -> None:
    page = hands.page
    menu = page.get_by_role("navigation", name="Hoofdmenu")
    hands.press(menu.get_by_role("link", name="Klanten & Aangiften"))
    expect(page).to_have_title(re.compile("^Klanten"))
    hands.press(page.get_by_role("navigation").get_by_role("link", name="Aangiften", exact=True))
    expect(page).to_have_title(re.compile("^Aangiften"))


def the_returns_are_there(hands: Hands, rows: Collection[tuple[str, str, str, int]] = STEP_PLAN) -> None:
    """All of them, and of each tax and year as many as the step plan has."""
    expect(number_found(hands)).to_have_text(re.compile(" van 567$"))
    for _product, tax, year, number in rows:
        narrow(hands, tax, year)
        expect(number_found(hands)).to_have_text(re.compile(f" van {number}$"))


def narrow(hands: Hands, tax: str, year: str) -> None:
    page = hands.page
    hands.pick(page.get_by_label("Product"), tax)
    hands.pick(page.get_by_label("Aangiftejaar"), year)
    hands.press(page.get_by_role("button", name="Filter"))
    expect(page).to_have_url(re.compile(f"tax={tax}&tax_year={year}"))


def number_found(hands: Hands) -> Locator:
    return hands.page.get_by_role("navigation", name="Bladeren").locator("span")


def unlock_one(hands: Hands, camera: Camera = BLIND) -> None:
    """One of the two of October 2021, which have a message to show."""
    page = hands.page
    narrow(hands, "OB", "2021")
    open_first_return(hands)
    expect(page.get_by_text("Gereed/gemigreerd").first).to_be_visible()
    camera.take(page, "aangifte")
    hands.press(page.get_by_role("link", name="Ontgrendelen"))
    expect(page.get_by_text("Weet u zeker dat u deze aangifte wilt ontgrendelen?")).to_be_visible()
    hands.press(page.get_by_role("button", name="Ontgrendelen"))
    expect(page.get_by_text("De aangifte is ontgrendeld.")).to_be_visible()
    expect(page.get_by_text("Gereed/gemigreerd")).to_have_count(0)


def open_first_return(hands: Hands) -> None:
    hands.press(hands.page.locator("table a[href^='/aangiften/']").first)
    expect(hands.page.get_by_role("heading", name="Geschiedenis")).to_be_visible()
