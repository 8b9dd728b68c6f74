"""The logbook of an office: a sentence for every act, filter, pages, CSV."""

import ast
import csv
import datetime as dt
import io
import re
from functools import partial
from pathlib import Path

import pytest

from migrations_app.models.job import SUCCESSFUL, Status
from portal.office import audit, trail, trail_pages
from portal.office.models import Role
from portal.ui.paging import CappedPaginator
from tests.people import logged_in, member_of

PAGE = "/instellingen/logboek/"
SOURCES = [
    file
    for folder in ("portal", "certificates", "migrations_app")
    for file in Path(folder).rglob("*.py")
    if "migrations" not in file.parts
]


def recorded_acts():
    """Every act that the source records, also by way of a function of its own with the act as parameter."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in SOURCES]
    recorders = set()
    for tree in trees:
        for function, act in direct(tree):
            if isinstance(act, ast.Name) and act.id in {each.arg for each in function.args.args}:
                recorders.add(function.name)
            elif isinstance(act, ast.Name):
                yield from table_of(tree, act.id)
            else:
                yield from acts_of(act)
    for tree in trees:
        for call in calls(tree, recorders):
            yield from acts_of(call.args[0])


def direct(tree):
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for call in calls(function, {"audit.record"}):
                yield function, call.args[0]


def calls(tree, names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            yield node


def table_of(tree, name):
    """A constant of the module; or, of one that looks its acts up, what its table has."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            yield from acts_of(node.value)
            return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and re.fullmatch(r"user\.[a-z_]+", str(node.value)):
            yield node.value


def acts_of(node):
    if isinstance(node, ast.Constant):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*acts_of(node.body), *acts_of(node.orelse))
    else:
        assert ast.unparse(node) == "f'migration.{status}'", ast.unparse(node)
        yield from (f"migration.{status}" for status in (*SUCCESSFUL, Status.FAILED))


def test_every_act_has_a_sentence_and_every_sentence_an_act():
    assert set(recorded_acts()) == set(trail.ACTS)


@pytest.fixture
def browser(administrator):
    return logged_in(administrator)


def test_page_says_who_did_what(browser, office, staff_member):
    audit.record("token.created", office=office, by=staff_member, name="Proef", prefix="abc", digest="geheim")
    page = browser.get(PAGE).content.decode()
    assert '<th scope="row">API-token gemaakt</th><td>naam: Proef; begin: abc</td>' in page
    assert staff_member.email in page
    assert "geheim" not in page


def test_page_says_to_whom_it_was_done(browser, office, administrator, staff_member):
    audit.record(
        "user.role_changed", office=office, by=administrator, target=staff_member, role="administrator"
    )
    page = browser.get(PAGE, {"act": "user.role_changed"}).content.decode()
    assert f"gebruiker: {staff_member.email}; rol: kantoorbeheerder" in page
    # who did something to the own account is named once
    own = browser.get(PAGE, {"act": "user.logged_in"}).content.decode()
    assert "gebruiker:" not in own


def test_facts_in_dutch(office):
    event = audit.record("office.changed", office=office, by=None, mfa_required=False)
    assert trail.details(event) == "tweestapsverificatie verplicht: nee"
    assert trail.actor(event) == "Nextens (automatisch)"
    event = audit.record("token.created", office=office, by=None, scopes="certificates, migrations:write")
    assert trail.details(event) == "rechten: Certificaten beheren, Migratiebestanden uploaden"
    event = audit.record("office.products_set", office=office, by=None, taxes="IB, ERF")
    assert trail.details(event) == "producten: IB, Erfbelasting"
    event = audit.record("mail.sent_again", office=office, by=None, subject="Uw migratie")
    assert trail.details(event) == "onderwerp: Uw migratie"


def test_no_code_is_shown(browser, office):
    """Neither of an act that the code recorded once, nor of why a file was refused or a key was used."""
    audit.record("office.forgotten", office=office, by=None)
    audit.record("migration.refused", office=office, by=None, reference="MIG-2026-0042", code="not-a-zip")
    audit.record("certificate.used", office=office, by=None, purpose="proof")
    page = browser.get(PAGE).content.decode()
    assert "Andere handeling" in page
    assert "doel: proef of de sleutel werkt" in page
    assert not re.search("forgotten|not-a-zip|proof", page)


def test_every_use_of_a_key_has_words():
    used = set()
    for file in Path("certificates").rglob("*.py"):
        for call in calls(ast.parse(file.read_text(encoding="utf-8")), {"sign", "signing.sign"}):
            used |= {each.value.value for each in call.keywords if each.arg == "purpose"}
    assert used == set(trail.PURPOSES)


def test_other_offices_stay_out(browser, neighbour, neighbour_administrator):
    audit.record("office.changed", office=neighbour, by=neighbour_administrator, name="Ander")
    for address in (PAGE, f"{PAGE}logboek.csv"):
        answer = browser.get(address)
        text = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert neighbour_administrator.email not in text.decode()


def test_filter(browser, office, staff_member, administrator):
    audit.record("office.changed", office=office, by=administrator, name="Een")
    audit.record("office.changed", office=office, by=staff_member, name="Twee")
    audit.record("token.revoked", office=office, by=staff_member, name="Drie")
    asked = {"act": "office.changed", "actor": str(staff_member.pk)}
    page = browser.get(PAGE, asked).content.decode()
    assert [name for name in ("Een", "Twee", "Drie") if f"naam: {name}" in page] == ["Twee"]


@pytest.fixture
def midnight(monkeypatch):
    """The clock just after midnight of 1 July, local time, when it is still June elsewhere."""
    now = dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def test_days_are_local_days(browser, office, administrator, midnight):
    audit.record("office.changed", office=office, by=administrator, name="Juli")
    found = {
        day: "naam: Juli" in browser.get(PAGE, {"since": day, "until": day}).content.decode()
        for day in ("2026-06-30", "2026-07-01", "2026-07-02")
    }
    assert found == {"2026-06-30": False, "2026-07-01": True, "2026-07-02": False}


def test_impossible_question_finds_nothing(browser):
    page = browser.get(PAGE, {"since": "gisteren"})
    assert page.status_code == 400
    assert "Ingelogd</th>" not in page.content.decode()
    assert browser.get(f"{PAGE}logboek.csv", {"since": "gisteren"}).status_code == 400


def test_pages(browser, office, django_assert_max_num_queries):
    for number in range(60):
        audit.record("office.changed", office=office, by=None, name=f"nr{number}")
    with django_assert_max_num_queries(6):
        first = browser.get(PAGE, {"act": "office.changed"}).content.decode()
    assert "nr59" in first
    assert "nr0<" not in first
    assert "1–50 van 60" in first  # noqa: RUF001 - as the page shows it
    assert "?act=office.changed&amp;page=2" in first
    assert "nr0<" in browser.get(PAGE, {"act": "office.changed", "page": 2}).content.decode()


def test_a_long_trail_says_that_there_is_more(browser, office, monkeypatch):
    monkeypatch.setattr(trail_pages, "CappedPaginator", partial(CappedPaginator, most=55))
    for _ in range(60):
        audit.record("office.changed", office=office, by=None)
    first = browser.get(PAGE).content.decode()
    assert "1–50 van meer dan 55" in first  # noqa: RUF001 - as the page shows it
    assert "Kies dan een periode" not in first
    assert "Kies dan een periode" in browser.get(PAGE, {"page": 9}).content.decode()


def test_people_are_those_who_work_here_and_those_who_did(office, neighbour, administrator, staff_member):
    audit.record("office.changed", office=office, by=staff_member)
    audit.record("office.changed", office=office, by=None)
    staff_member.membership.delete()
    audit.record(
        "office.changed", office=neighbour, by=member_of(neighbour, Role.STAFF_MEMBER, "x@y.example")
    )
    assert list(trail.people_of(office)) == [administrator, staff_member]
    assert list(trail.people_of(neighbour).values_list("email", flat=True)) == ["x@y.example"]


def test_people_of_an_empty_trail(office):
    assert list(trail.people_of(office)) == []


def test_csv_is_what_the_filter_lets_through(browser, office, administrator):
    audit.record("office.changed", office=office, by=administrator, name="=1+1")
    audit.record("token.revoked", office=office, by=None, name="Ander")
    answer = browser.get(f"{PAGE}logboek.csv", {"act": "office.changed"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, line = csv.reader(io.StringIO(text), delimiter=";")
    assert header == ["Moment", "Wie", "Wat", "Bijzonderheden", "Code"]
    assert line[1:] == [administrator.email, "Kantoorgegevens gewijzigd", "naam: =1+1", "office.changed"]


def test_csv_runs_no_formula(browser, office, administrator):
    administrator.email = "=cmd@kantoor.example"
    administrator.save()
    audit.record("office.changed", office=office, by=administrator)
    text = b"".join(browser.get(f"{PAGE}logboek.csv").streaming_content).decode()
    assert ";'=cmd@kantoor.example;" in text


@pytest.mark.parametrize("days", [{"until": "9999-12-31"}, {"since": "0001-01-01"}, {"since": "9999-12-31"}])
@pytest.mark.parametrize("page", ["", "logboek.csv"])
def test_first_and_last_day_there_are(administrator, page, days):
    assert logged_in(administrator).get(f"/instellingen/logboek/{page}", days).status_code == 200
