"""axe-core finds nothing on any page of the access walk, and no page scrolls sideways on a small screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from playwright.sync_api import Browser, Page

from migrations_app import steering
from portal.mail_examples import EXAMPLES
from portal.mails import made
from portal.office import people, support
from portal.office.models import OutgoingMail, Role, Scope, User
from portal.office.passwords import send_password_link
from tests.browser import full_office
from tests.browser.rendered import Album, Shot, shown, walk
from tests.factories import PASSWORD
from tests.migrations_app.conftest import certificates, checked, imported, received, stored  # noqa: F401
from tests.people import code, logged_in, with_second_step

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.timeout(600)]

AXE = (Path(__file__).parent / "axe" / "axe-4.14.1.min.js").read_text(encoding="utf-8")
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  const why = (node) => node.any.concat(node.all, node.none)[0]?.message;
  const each = (node) => `${node.target} (${why(node)})`;
  return found.violations.map((one) => `${one.id}: ${one.nodes.map(each)}`);
}"""
WIDTHS = (320, 1280)
# answers that say what is wrong with what was filled in
MISTAKES: dict[str, dict[str, str]] = {
    "/instellingen/account/": {"name": ""},
    "/instellingen/account/wachtwoord/": {"present": "-", "new": "kort", "again": "anders"},
    "/instellingen/account/e-mailadres/": {"email": "geen adres"},
    "/instellingen/gebruikersbeheer/uitnodigen/": {"email": "beheerder@demo.example", "role": "staff_member"},
    "/instellingen/kantoorgegevens/": {"name": "", "opens_0": "25:00", "tax_consultant_number": "x"},
    "/instellingen/koppelingen/": {},
    "/instellingen/mijn-logos/": {},
    "/instellingen/mijn-producten/": {},
    "/instellingen/certificaten/upload/": {},
    "/instellingen/migratie/nieuw/importtype/": {},
    "/instellingen/migratie/nieuw/bestand/": {},
    "/tools/certificaat/": {},
}
DESK_MISTAKES: dict[str, dict[str, str]] = {
    "/admin/office/office/add/": {"name": ""},
    "/admin/office/user/add/": {"email": "geen adres"},
    "/admin/office/sitesettings/add/": {"migration_tool_url": "geen adres"},
}
# the rows under an office; one of its opening hours is half filled in
ROWS_OF_OFFICE = {
    f"{each}-{total}_FORMS": "0"
    for each in ("opening_hours", "accepted_trade_register_numbers", "memberships")
    for total in ("TOTAL", "INITIAL")
} | {"opening_hours-TOTAL_FORMS": "7", "opening_hours-0-opens_at": "08:00"}
# other ways of looking at a list
QUESTIONS = (
    "/klanten/?q=niemand",
    "/aangiften/?page=2",
    "/aangiften/?q=123456782",
    "/instellingen/logboek/?page=2",
    "/instellingen/logboek/?since=gisteren",
    "/instellingen/migratie/?q=niemand",
)


def problems(
    browser: Browser, shots: list[Shot], rules: tuple[str, ...] = (*WCAG, "best-practice")
) -> list[str]:
    assert shots
    found = []
    for shot, page in shown(browser, shots, AXE):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{shot.name} at {width} px: {each}" for each in look(page, width, rules)]
    return found


def look(page: Page, width: int, rules: tuple[str, ...]) -> list[str]:
    # what is folded away counts as well
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
    wide = page.evaluate("document.documentElement.scrollWidth")
    sideways = [f"scrolls sideways, {wide} px"] if wide > width else []
    return [*page.evaluate(RUN, rules), *sideways]


def by_password(user: User, code: str = "") -> Client:
    """Logged in as people do it, and once more with the password: no page asks for it again."""
    client = Client()
    client.post("/inloggen/", {"login": user.email, "password": PASSWORD})
    if code:
        client.post("/inloggen/tweede-stap/", {"code": code})
    client.post("/instellingen/account/bevestigen/", {"password": PASSWORD})
    return client


def mailed_link(kind: str) -> str:
    found = re.search(r"https?://[^/]+(/\S+)", OutgoingMail.objects.get(kind=kind).text)
    assert found
    return found[1]


def test_visitor(browser, client, office, administrator):
    album = Album()
    walk(album, client)
    album.post(client, "/inloggen/")
    album.post(client, "/inloggen/", login="niemand@demo.example", password="verkeerd")
    album.post(client, "/wachtwoord-vergeten/")
    send_password_link(administrator)
    people.invite(office=office, email="nieuw@demo.example", role=Role.STAFF_MEMBER, by=administrator)
    album.get(client, mailed_link("password_reset"))
    album.get(client, mailed_link("invitation"))
    with_second_step(administrator)
    album.post(client, "/inloggen/", login=administrator.email, password=PASSWORD)
    for template in ("400.html", "403_csrf.html", "404.html", "429.html", "500.html"):
        album.paste(template)
    assert "\n".join(problems(browser, album.shots)) == ""


def test_new_office(browser, administrator, staff_member):
    album = Album()
    walk(album, by_password(administrator))
    walk(album, logged_in(staff_member))
    assert "\n".join(problems(browser, album.shots)) == ""


def test_full_office(browser, office, administrator, staff_member, request):
    request.getfixturevalue("certificates")
    check, run = (request.getfixturevalue(name) for name in ("checked", "imported"))
    full_office.furnish(office, administrator, check, run)
    album, client = Album(), by_password(administrator)
    for each in (client, logged_in(staff_member)):
        walk(album, each, office)
    for path in (*full_office.pages(office), *QUESTIONS):
        album.get(client, path)
    for path, data in MISTAKES.items():
        album.post(client, path, **data)
    album.post(client, "/instellingen/koppelingen/", name="Proef", scopes=list(Scope), days="30")
    assert "\n".join(problems(browser, album.shots)) == ""


def test_second_step(browser, administrator):
    client = by_password(with_second_step(administrator), code())
    RecoveryCodes.activate(administrator)
    album = Album()
    walk(album, client)
    factor = administrator.authenticator_set.get(type=Authenticator.Type.TOTP)
    album.post(client, "/instellingen/account/tweestapsverificatie/verwijderen/", factor=factor.pk)
    assert "\n".join(problems(browser, album.shots)) == ""


def test_new_administration(browser, nextens_administrator):
    client = by_password(nextens_administrator, code())
    album = Album()
    walk(album, client)
    album.get(client, f"/admin/mails/voorbeelden/{next(iter(EXAMPLES))}/")
    for path, page in full_office.desk(client):
        album.add(path, page)
    assert "\n".join(problems(browser, album.shots)) == ""


def test_full_administration(browser, office, administrator, nextens_administrator, request, settings):
    settings.ADMIN_PAGES_PER_MINUTE = 10_000
    request.getfixturevalue("certificates")
    check, run = (request.getfixturevalue(name) for name in ("checked", "imported"))
    full_office.furnish(office, administrator, check, run)
    support.ask_reset(with_second_step(administrator), by=nextens_administrator, reason="Telefoon kwijt")
    steering.pause_queue(by=nextens_administrator)
    client = by_password(nextens_administrator, code())
    album = Album()
    for path, page in full_office.desk(client):
        album.add(path, page)
    for path, data in DESK_MISTAKES.items():
        album.post(client, path, **ROWS_OF_OFFICE, **data)
    assert {shot.status for shot in album.shots} == {200}
    assert "\n".join(problems(browser, album.shots)) == ""


def test_mails(browser, db):
    kinds = {one.kind: one for one in EXAMPLES.values()}
    html = {"Content-Type": "text/html; charset=utf-8"}
    mails = [made(one, "naam@kantoor.example") for one in kinds.values()]
    shots = [Shot(mail.kind, "/", 200, html, mail.html.encode()) for mail in mails]
    # a mail has no landmarks: it stands in a page of the mail program
    assert "\n".join(problems(browser, shots, WCAG)) == ""
