"""The pages of the settings, help and errors."""

import datetime as dt

import pytest
from django.template.loader import render_to_string

from portal.office import menus
from portal.office.models import AuditEvent, OpeningHours
from tests.people import logged_in


def hours(**filled):
    return {f"{end}_{day}": filled.get(f"{end}_{day}", "") for end in ("opens", "closes") for day in range(7)}


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
    assert "De kantoortijden zijn opgeslagen." in response.content.decode()
    row = OpeningHours.objects.get()
    assert (row.office, row.weekday, row.opens_at, row.closes_at) == (office, 0, dt.time(8, 30), dt.time(17))
    assert AuditEvent.objects.filter(act="office.opening_hours_set", office=office).count() == 1


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
        ({"opens_2": "00:00", "closes_2": "23:00"}, "Laat voor woensdag ten minste zes uur over"),
        ({"opens_3": "half negen", "closes_3": "17:00"}, "Vul een tijd in als 08:30."),
    ],
)
def test_impossible_hours_are_refused_at_the_field(administrator, filled, sentence):
    page = logged_in(administrator).post("/instellingen/kantoorgegevens/", hours(**filled)).content.decode()
    assert sentence in page
    assert f'<a href="#id_{next(iter(filled))}">' in page
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
