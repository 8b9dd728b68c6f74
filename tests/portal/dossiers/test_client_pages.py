import datetime as dt

import pytest
from django.db.models import QuerySet

from portal.dossiers.models import ClientKind, ClientSource
from tests.people import logged_in
from tests.portal.dossiers.rows import (
    RECORD_FACTORIES,
    ClientFactory,
    ReturnFactory,
    SourceFactory,
)
from tests.portal.dossiers.test_lists import rows_for, text_of


@pytest.fixture
def browser(staff_member):
    return logged_in(staff_member)


@pytest.fixture
def someone(office):
    return ClientFactory(office=office, name="Boer", kind=ClientKind.PERSON, initials="J.", bsn="111222333")


def test_search_for_a_name_goes_on_to_its_address(browser):
    response = browser.post("/klanten/", {"q": "de Boer & Zn"})
    assert response["Location"] == "/klanten/?q=de+Boer+%26+Zn"
    assert browser.post("/klanten/", {"q": " "})["Location"] == "/klanten/"


def test_search_for_a_number_goes_to_the_client(browser, someone):
    assert browser.post("/klanten/", {"q": "1112.22.333"})["Location"] == f"/klanten/{someone.pk}/"


def test_number_of_several_clients_lists_them(browser, office, someone):
    ClientFactory(office=office, name="Boer zaak 2", bsn="111222333", sequence=2)
    response = browser.post("/klanten/", {"q": "111222333"})
    assert response.status_code == 200
    assert "J. Boer" in text_of(response)
    assert "Boer zaak 2" in text_of(response)


def test_number_of_another_offices_client_is_not_found(browser, neighbour):
    ClientFactory(office=neighbour, rsin="111222333")
    assert "Geen klanten gevonden." in text_of(browser.post("/klanten/", {"q": "111222333"}))


def test_odd_posted_search_is_an_error_at_the_field(browser):
    response = browser.post("/klanten/", {"q": "\x00"})
    assert response.status_code == 400
    assert "Er is een probleem" in text_of(response)


def test_personal_numbers_are_masked(browser, office, someone):
    ClientFactory(
        office=office, rsin="123456782", vat_return_number="123456782B01", payroll_tax_number="123456782L01"
    )
    for page in ("/klanten/", *(f"/klanten/{row.pk}/" for row in office.clients.all())):
        content = browser.get(page).content.decode()
        assert "111222333" not in content
        assert "123456782" not in content
        assert "******333" in content or "******782" in content


def test_client_page_shows_what_is_known(browser, office, someone):
    someone.partner = ClientFactory(office=office, name="Partner")
    someone.street, someone.house_number, someone.postcode, someone.city = "Kade", "1", "1234 AB", "Delft"
    someone.active, someone.client_until = False, dt.date(2019, 12, 31)
    someone.save()
    source = SourceFactory(office=office)
    ClientSource.objects.create(
        client=someone,
        source=source,
        record_key="k-17",
        content_hash=b"x" * 32,
        created_in=someone.created_in,
    )
    page = text_of(browser.get(f"/klanten/{someone.pk}/"))
    for text in (
        "J. Boer",
        "Kade 1",
        "1234 AB Delft",
        "Partner",
        "klant tot 31-12-2019",
        "PC-03 (Classic): k-17",
    ):
        assert text in page


def test_client_page_shows_records_in_few_queries(browser, office, someone, django_assert_max_num_queries):
    for factory in RECORD_FACTORIES:
        factory.create_batch(2, client=someone, source__office=office)
    with django_assert_max_num_queries(9):
        page = text_of(browser.get(f"/klanten/{someone.pk}/"))
    for text in ("VPB 2018", "SBA", "Uitstelregelingen van J. Boer", "Fiscale kaarten van J. Boer"):
        assert text in page
    assert "j.devries@kantoor.example" in page


def test_client_page_says_when_it_does_not_show_all(browser, someone):
    ReturnFactory.create_batch(201, client=someone, source__office=someone.office)
    page = text_of(browser.get(f"/klanten/{someone.pk}/"))
    assert page.count("01-01-2018 t/m 31-12-2018") == 200
    assert "Alleen de nieuwste 200 staan hier." in page


def test_another_offices_client_is_not_there(browser, neighbour):
    assert browser.get(f"/klanten/{ClientFactory(office=neighbour).pk}/").status_code == 404


@pytest.mark.parametrize("factory", RECORD_FACTORIES)
def test_page_of_a_client_has_every_kind(browser, office, factory):
    (row,) = rows_for(office, factory)
    context = browser.get(f"/klanten/{row.client_id}/").context
    shown = [context[name] for name in context.keys()]  # noqa: SIM118 - of a list of contexts
    assert any(row in rows for rows in shown if isinstance(rows, QuerySet))
