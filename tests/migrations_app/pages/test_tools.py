"""Tools: the check of a migration file of which nothing is kept."""

import gc
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Visitor

from migrations_app import passing
from migrations_app.accepting import trying
from migrations_app.models import Finding, MigrationJob, Part
from migrations_app.views import tools
from portal.office.models import AuditEvent, OutgoingMail
from tests.migrations_app.conftest import GOOD, NAME
from tests.migrations_app.files import client, migration_file, part
from tests.migrations_app.pages.conftest import visible
from tests.migrations_app.pages.test_checked import MIXED, clients_and_codes
from tests.migrations_app.pages.test_report import table

AT = "/tools/migratiebestand/"


@pytest.fixture(autouse=True)
def spool(stored):
    return stored


def send(browser, data=MIXED, name=NAME, **more):
    return browser.post(AT, {"file": SimpleUploadedFile(name, data), **more})


def test_good_file(browser):
    answer = send(browser)
    assert "2 van 7 aangekondigde gegevens kunnen worden overgenomen, 5 niet." in visible(answer)
    assert ["Totaal", "7", "2", "0", "0", "1", "4"] in table(answer)
    assert clients_and_codes(answer)[0] == ("Bakkerij Fout", "invalid-rsin")


def test_what_is_there_already_is_told(browser, imported):
    imported(GOOD)
    assert ["Klanten", "1", "0", "0", "1", "0", "0"] in table(send(browser, GOOD))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD[:-10], "beschadigd of niet compleet"),
        (migration_file(part("clients", client()), office="87654321"), "van een ander kantoor"),
        (b"no zip at all", "geen geldig .zip-bestand"),
        (b"", "geen geldig .zip-bestand"),
    ],
)
def test_refused_file_says_why_and_what_to_do(browser, data, words):
    shown = visible(send(browser, data))
    assert "Dit migratiebestand wordt geweigerd." in shown
    assert words in shown


def test_sheet(browser):
    answer = send(browser, csv="1")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 5
    assert any("'=1+1" in line for line in lines)


def test_nothing_is_kept(browser, spool):
    audits = AuditEvent.objects.count()
    send(browser)
    gc.collect()
    assert spool() == []
    assert not any(model.objects.exists() for model in (MigrationJob, Part, Finding, OutgoingMail))
    assert AuditEvent.objects.count() == audits


def test_bytes_on_the_disk_are_sealed(browser, monkeypatch):
    """While the check reads it, the only file of it on this disk has no name and is not what was sent."""
    seen = []
    real = trying.try_file

    def look(source, *args, **kwargs):
        links = [Path(f"/proc/self/fd/{each.name}") for each in Path("/proc/self/fd").iterdir()]
        seen.extend(each for each in links if "spool" in str(each.resolve()))
        assert all("(deleted)" in str(each.readlink()) for each in seen)
        assert not any(GOOD[:200] in each.read_bytes() for each in seen)
        return real(source, *args, **kwargs)

    monkeypatch.setattr(tools.trying, "try_file", look)
    assert "geweigerd" not in visible(send(browser, GOOD))
    assert seen


def test_too_large_is_said_and_dropped(browser, settings, spool):
    settings.TOOLS_MAX_BYTES = 100
    assert "Hier kunt u bestanden tot 100" in visible(send(browser, GOOD))
    assert spool() == []


def test_too_slow_is_said(browser, monkeypatch):
    monkeypatch.setattr(trying, "SECONDS", -1.0)
    assert "De controle van dit bestand duurt hier te lang." in visible(send(browser))


def test_one_at_a_time(browser):
    with trying._our_turn():
        assert "wordt een ander bestand gecontroleerd" in visible(send(browser))
    assert "geweigerd" not in visible(send(browser))


def test_no_file(browser):
    assert "Selecteer het migratiebestand (.zip)." in visible(browser.post(AT))


def test_token_is_asked_for_though_the_handler_comes_first(staff_member):
    visitor = Visitor(enforce_csrf_checks=True)
    visitor.force_login(staff_member)
    assert send(visitor).status_code == 403


def test_anonymous_people_send_nothing(client, monkeypatch):
    """They are led away before a byte of the file is read."""
    monkeypatch.setattr(passing.PassingHandler, "new_file", lambda *args: pytest.fail("it was read"))
    assert send(client).headers["Location"].startswith("/inloggen/")


def test_tools_lead_to_it(browser):
    assert f'href="{AT}"' in browser.get("/tools/").content.decode()
