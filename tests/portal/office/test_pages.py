"""The pages of the settings, help and errors."""

import datetime as dt

import pytest
from django.template.loader import render_to_string

from portal.office import menus
from portal.office.models import AuditEvent, OpeningHours
from tests.people import logged_in


def hours(**filled):
    """What the form of Kantoorgegevens posts, for the office of the tests."""
    empty = {f"{end}_{day}": "" for end in ("opens", "closes") for day in range(7)}
    ticked = {"certificate_required": "on"}
    return {"name": "Nextens Demo", "tax_consultant_number": "", **ticked, **empty, **filled}


@pytest.mark.parametrize("item", [*menus.MAIN, *menus.SETTINGS], ids=lambda item: item.path)
def test_every_item_of_a_menu_works_and_is_marked_there(administrator, item):
    response = logged_in(administrator).get(item.path, follow=True)
    assert response.status_code == 200
    assert f'href="{item.path}" aria-current="page"' in response.content.decode()


def test_page_below_marks_its_item():
    certificates = menus.SETTINGS[2]
    assert certificates.current("/instellingen/certificaten/upload/") == "true"
    assert menus.SETTINGS[0].current("/instellingen/certificaten/") == ""
    assert menus.MAIN[1].current("/aangiften/") == "true"


def test_kantoorbeheerder_sets_the_hours(administrator, office):
    OpeningHours.objects.create(office=office, weekday=5, opens_at=dt.time(9), closes_at=dt.time(12))
    response = logged_in(administrator).post(
        "/instellingen/kantoorgegevens/", hours(opens_0="08:30", closes_0="17:00"), follow=True
    )
    assert "De kantoorgegevens zijn opgeslagen." in response.content.decode()
    row = OpeningHours.objects.get()
    assert (row.office, row.weekday, row.opens_at, row.closes_at) == (office, 0, dt.time(8, 30), dt.time(17))
    trace = AuditEvent.objects.exclude(act="user.logged_in").get()
    assert (trace.act, trace.office, trace.facts) == ("office.opening_hours_set", office, {"open_days": 1})


def test_kantoorbeheerder_changes_the_office(administrator, office):
    form = hours(name="Nextens Proef", tax_consultant_number="123456", mfa_required="on")
    logged_in(administrator).post("/instellingen/kantoorgegevens/", form)
    office.refresh_from_db()
    assert (office.name, office.tax_consultant_number, office.mfa_required) == (
        "Nextens Proef",
        "123456",
        True,
    )
    trace = AuditEvent.objects.exclude(act="user.logged_in").get()
    assert trace.act == "office.changed"
    assert trace.facts == {"name": "Nextens Proef", "tax_consultant_number": "123456", "mfa_required": True}


def test_kantoorbeheerder_makes_the_certificate_a_warning(administrator, staff_member, office):
    form = hours()
    del form["certificate_required"]
    assert logged_in(staff_member).post("/instellingen/kantoorgegevens/", form).status_code == 403
    logged_in(administrator).post("/instellingen/kantoorgegevens/", form)
    office.refresh_from_db()
    assert office.certificate_required is False
    trace = AuditEvent.objects.exclude(act="user.logged_in").get()
    assert (trace.act, trace.facts) == ("office.changed", {"certificate_required": False})


def test_nothing_changed_leaves_no_trace(administrator, office):
    OpeningHours.objects.create(office=office, weekday=0, opens_at=dt.time(8), closes_at=dt.time(17))
    form = hours(opens_0="08:00", closes_0="17:00")
    logged_in(administrator).post("/instellingen/kantoorgegevens/", form)
    assert not AuditEvent.objects.exclude(act="user.logged_in").exists()


def test_holidays_and_accepted_numbers_are_shown(staff_member, office, monkeypatch):
    office.accepted_trade_register_numbers.create(number="55667788")
    monkeypatch.setattr("portal.office.views.timezone.localdate", lambda: dt.date(2026, 11, 22))
    page = logged_in(staff_member).get("/instellingen/kantoorgegevens/").content.decode()
    assert "55667788" in page
    assert "<dt>25-12-2026</dt><dd>Eerste kerstdag</dd>" in page


def test_medewerker_reads_the_hours_only(staff_member, office):
    OpeningHours.objects.create(office=office, weekday=0, opens_at=dt.time(8, 30), closes_at=dt.time(17))
    browser = logged_in(staff_member)
    page = browser.get("/instellingen/kantoorgegevens/").content.decode()
    assert "08:30–17:00" in page  # noqa: RUF001 - as the page shows it
    assert "Opslaan" not in page
    refused = browser.post("/instellingen/kantoorgegevens/", hours())
    assert refused.status_code == 403
    assert "U heeft geen rechten" in refused.content.decode()
    assert OpeningHours.objects.exists()


@pytest.mark.parametrize(
    ("filled", "sentence"),
    [
        ({"opens_0": "08:30"}, "Vul voor maandag een begintijd en een eindtijd in, of laat beide leeg."),
        ({"opens_1": "17:00", "closes_1": "08:00"}, "De eindtijd van dinsdag ligt niet na de begintijd."),
        ({"opens_3": "half negen", "closes_3": "17:00"}, "Vul een tijd in als 08:30."),
        ({"name": " "}, "Vul de naam van uw kantoor in."),
        ({"tax_consultant_number": "12345"}, "Een beconnummer bestaat uit 6 cijfers."),
    ],
)
def test_impossible_hours_are_refused_at_the_field(administrator, filled, sentence):
    page = logged_in(administrator).post("/instellingen/kantoorgegevens/", hours(**filled)).content.decode()
    assert sentence in page
    assert f'<a href="#id_{next(iter(filled))}">' in page
    assert not OpeningHours.objects.exists()


def test_short_night_is_refused_where_it_begins(administrator):
    week = {"opens_6": "08:00", "closes_6": "23:30", "opens_0": "05:00", "closes_0": "12:00"}
    page = logged_in(administrator).post("/instellingen/kantoorgegevens/", hours(**week)).content.decode()
    assert '<a href="#id_closes_6">Laat tussen zondag en de dag erna ten minste zes uur' in page
    assert not OpeningHours.objects.exists()


def test_help_is_for_everybody(client, db):
    page = client.get("/help/").content.decode()
    assert 'id="support"' in page
    assert "support@nextens.nl" in page


def test_unknown_page_keeps_the_menu(administrator):
    page = logged_in(administrator).get("/bestaat-niet/").content.decode()
    assert "Pagina niet gevonden" in page
    assert 'aria-label="Hoofdmenu"' in page


def test_form_of_another_site_is_refused(administrator):
    browser = logged_in(administrator)
    browser.handler.enforce_csrf_checks = True
    response = browser.post("/uitloggen/")
    assert response.status_code == 403
    assert "Er is niets gewijzigd." in response.content.decode()


@pytest.mark.parametrize("page", ["400", "403", "403_csrf", "404", "429", "500"])
def test_error_pages_need_nothing(page):
    html = render_to_string(f"{page}.html")
    assert '<html lang="nl">' in html
    assert "<h1>" in html


def test_no_inline_code_or_style(administrator):
    for path in ("/", "/instellingen/", "/instellingen/kantoorgegevens/", "/help/"):
        html = logged_in(administrator).get(path).content.decode()
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html
        assert " onclick=" not in html
