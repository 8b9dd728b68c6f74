"""The lists: what they show, what narrows them, and that their cost does not grow with the office."""

import re

import pytest
from django.utils import timezone
from django.utils.html import escape

from portal.dossiers.models import MessageStatus, Tax
from portal.dossiers.services import unlock
from portal.dossiers.templatetags.dossiers import MENU
from portal.office.menus import MAIN
from tests.people import logged_in
from tests.portal.dossiers.rows import (
    RECORD_FACTORIES,
    CardFactory,
    ClientFactory,
    MessageFactory,
    ResponsibilityFactory,
    ReturnFactory,
    SchemeFactory,
)

LISTS = {
    "/klanten/": ClientFactory,
    "/aangiften/": ReturnFactory,
    "/serviceberichten/": MessageFactory,
    "/uitstelregelingen/": SchemeFactory,
    "/fiscale-kaarten/": CardFactory,
    "/verantwoordelijkheden/": ResponsibilityFactory,
}
EMPTY = {
    "/klanten/": "Geen klanten gevonden.",
    "/aangiften/": "Geen aangiften gevonden.",
    "/serviceberichten/": "Geen serviceberichten gevonden.",
    "/uitstelregelingen/": "Geen uitstelregelingen gevonden.",
    "/fiscale-kaarten/": "Geen fiscale kaarten gevonden.",
    "/verantwoordelijkheden/": "Geen verantwoordelijkheden gevonden.",
}


@pytest.fixture
def browser(staff_member):
    return logged_in(staff_member)


def rows_for(office, factory, count=1, name="Bakkerij A BV"):
    if factory is ClientFactory:
        return ClientFactory.create_batch(count, office=office, name=name)
    client = ClientFactory(office=office, name=name)
    return factory.create_batch(count, client=client, source__office=office)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("address", LISTS)
def test_only_the_offices_own_rows_are_listed(browser, office, neighbour, address):
    rows_for(neighbour, LISTS[address], name="Vreemde BV")
    assert EMPTY[address] in text_of(browser.get(address))
    rows_for(office, LISTS[address], name="Bakkerij A BV")
    page = text_of(browser.get(address))
    assert "Bakkerij A BV" in page
    assert "Vreemde BV" not in page
    assert "1–1 van 1" in page  # noqa: RUF001 - as the page shows it


@pytest.mark.parametrize("address", LISTS)
def test_fifty_a_page(browser, office, address):
    rows_for(office, LISTS[address], count=51)
    first, second = browser.get(address), browser.get(address, {"page": "2"})
    assert "1–50 van 51" in text_of(first)  # noqa: RUF001 - as the page shows it
    assert "51–51 van 51" in text_of(second)  # noqa: RUF001 - as the page shows it
    assert (len(first.context["page"]), len(second.context["page"])) == (50, 1)
    assert not set(first.context["page"]) & set(second.context["page"])


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1.5", "", "9" * 5000, "\x00"])
def test_page_that_is_not_there_is_the_nearest(browser, office, page):
    rows_for(office, ReturnFactory)
    assert "1–1 van 1" in text_of(browser.get("/aangiften/", {"page": page}))  # noqa: RUF001 - as the page shows it


@pytest.mark.parametrize("address", LISTS)
def test_queries_do_not_grow_with_the_rows(browser, office, address, django_assert_max_num_queries):
    rows_for(office, LISTS[address], count=3)
    rows_for(office, LISTS[address], count=3, name="Bakkerij B BV")
    with django_assert_max_num_queries(5):
        browser.get(address, {"q": "bakker"})


@pytest.mark.parametrize("address", LISTS)
def test_search_by_name(browser, office, address):
    rows_for(office, LISTS[address], name="Bakkerij A BV")
    rows_for(office, LISTS[address], name="Slagerij B BV")
    page = text_of(browser.get(address, {"q": "bakker"}))
    assert "Bakkerij A BV" in page
    assert "Slagerij" not in page


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("number", ["111222333", "1112.22.333"])
def test_nine_digits_by_get_are_refused(browser, office, address, number):
    rows_for(office, LISTS[address])
    response = browser.get(address, {"q": number})
    assert response.status_code == 400
    assert "BSN of RSIN" in text_of(response)
    assert "Er is een probleem" in text_of(response)
    assert "Bakkerij" not in text_of(response)


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("q", ["\x00", "a" * 101])
def test_odd_searches_are_errors_at_the_field(browser, address, q):
    response = browser.get(address, {"q": q})
    assert response.status_code == 400
    assert "Er is een probleem" in text_of(response)


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_read_only(browser, address):
    if address != "/klanten/":
        assert browser.post(address).status_code == 405
    assert browser.delete(address).status_code == 405


def test_columns_and_texts_of_the_returns(browser, office):
    rows_for(office, ReturnFactory)
    page = text_of(browser.get("/aangiften/"))
    places = [page.index(f" {column} ", page.index("Filter")) for column in COLUMNS]
    assert places == sorted(places)
    for text in ("Bakkerij A BV", "VPB", "2018", "Gereed/gemigreerd", "MIG-2026-0042"):
        assert text in page


COLUMNS = ("Klant", "Product", "Aangiftejaar", "Status", "Herkomst", "Gewijzigd")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"tax": "OB"}, ["2016-Q3"]),
        ({"tax_year": "2018"}, ["2018"]),
        ({"status": "unlocked"}, ["2018"]),
        ({"status": "ready_migrated"}, ["2016-Q3"]),
        ({"tax": "OB", "tax_year": "2018"}, []),
        ({"tax": "", "tax_year": "", "status": "", "q": ""}, ["2018", "2016-Q3"]),
    ],
)
def test_filters_of_the_returns(browser, staff_member, office, asked, found):
    client = ClientFactory(office=office)
    ReturnFactory(client=client, tax=Tax.OB, tax_year=2016, period="2016-Q3")
    unlock(ReturnFactory(client=client), by=staff_member)
    page = browser.get("/aangiften/", asked).context["page"]
    assert [row.period for row in page] == found


@pytest.mark.parametrize("asked", [{"tax": "BTW"}, {"tax_year": "1999"}, {"tax_year": "x"}, {"status": "x"}])
def test_unknown_choice_is_an_error_at_the_field(browser, office, asked):
    response = browser.get("/aangiften/", asked)
    assert response.status_code == 400
    assert set(response.context["form"].errors) == set(asked)


def test_years_from_the_first_supported_to_the_next(browser):
    choices = browser.get("/aangiften/").context["form"].fields["tax_year"].choices
    years = [year for year, _label in choices][1:]
    assert years == list(range(timezone.localdate().year + 1, 2014, -1))


def test_years_are_not_written_as_numbers(browser, office):
    rows_for(office, ReturnFactory)
    content = browser.get("/aangiften/", {"tax_year": "2018"}).content.decode()
    assert '<option value="2018" selected>2018</option>' in content
    assert "2.018" not in content


def test_messages_by_status_and_year(browser, office):
    client = ClientFactory(office=office)
    MessageFactory(client=client, tax_year=2019, status=MessageStatus.AGREED)
    MessageFactory(client=client)
    page = browser.get("/serviceberichten/", {"status": "Akkoord", "tax_year": "2019"}).context["page"]
    assert [row.status for row in page] == ["Akkoord"]
    assert "None" not in text_of(browser.get("/serviceberichten/"))


def test_pages_keep_the_filter(browser, office):
    rows_for(office, ReturnFactory, count=51)
    content = browser.get("/aangiften/", {"tax": "VPB"}).content.decode()
    assert escape("?tax=VPB&page=2") in content


@pytest.mark.parametrize("factory", RECORD_FACTORIES)
def test_record_names_its_client(browser, office, factory):
    (row,) = rows_for(office, factory)
    address = next(address for address, one in LISTS.items() if one is factory)
    assert f'href="/klanten/{row.client_id}/"' in browser.get(address).content.decode()


def test_every_list_is_in_both_menus():
    assert [item.path for item in MENU] == [*LISTS]
    assert {address for address in LISTS if MAIN[1].current(address)} == set(LISTS)
