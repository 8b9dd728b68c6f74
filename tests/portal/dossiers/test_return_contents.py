"""What the page of a return shows of its document."""

import pytest
from botocore.exceptions import EndpointConnectionError
from django.core.files.storage import default_storage

from tests.people import logged_in
from tests.portal.dossiers.rows import ClientFactory, ReturnFactory, document_row, store
from tests.portal.dossiers.test_lists import text_of
from tests.portal.xbrl.messages import OFFICIAL, constructed, context, fact, message

pytestmark = pytest.mark.usefixtures("store_folder")
DOWNLOAD = "Download document"


@pytest.fixture
def page(office, staff_member):
    """The text of the page of a return with this document."""

    def of(data, *, media_type="application/xbrl+xml", query=""):
        (document,) = store(office, data, media_type=media_type)
        return opened(document, query)

    def opened(document, query=""):
        one = ReturnFactory(client=ClientFactory(office=office), document=document)
        response = logged_in(staff_member).get(f"/aangiften/{one.pk}/{query}")
        assert response.status_code == 200
        return text_of(response)

    of.opened = opened
    return of


@pytest.mark.parametrize("year", OFFICIAL)
def test_official_message(page, year):
    text = page(OFFICIAL[year])
    for shown in (
        f"Aangifte omzetbelasting {year}",
        "Belastingplichtige ******044B37",
        f"01-10-{year} t/m 31-10-{year}",
        "Omzet leveringen/diensten belast met algemeen tarief € 15.000",
        "Verschuldigde omzetbelasting € 3.240",
        "Totaal te betalen / terug te vragen € 3.240",
        "Over dit bericht",
        "Datum en tijdstip aanmaak 15-11-2020 12:54",
        "1\N{EN DASH}33 van 33",
        DOWNLOAD,
    ):
        assert shown in text
    assert "001000044" not in text


def test_personal_numbers_are_masked(page):
    text = page(constructed("sba-ih-2019"))
    assert "Aanslagnummer ******333.H.96.01" in text
    assert "111222333" not in text


def test_sections_of_customers(page):
    assert "Btw-nummer 23334175221, land FR Bedrag leveringen € 1.000" in page(constructed("icp-2026"))


@pytest.mark.parametrize(
    ("data", "media_type", "said"),
    [
        (b"%PDF-1.7", "application/pdf", "Dit document is geen XBRL-bericht"),
        (b"\0\1", "application/octet-stream", "Dit document is geen XBRL-bericht"),
        (b"<Aangifte_LH/>", "application/xml", "Dit document is geen XBRL-bericht"),
        (OFFICIAL[2020][:900], "application/xbrl+xml", "Dit bericht kan niet als XBRL worden gelezen."),
        (
            b"<!DOCTYPE x>" + OFFICIAL[2020][38:],
            "application/xbrl+xml",
            "Dit bericht kan niet als XBRL worden gelezen.",
        ),
        (
            message(context(), " " * 1024**2),
            "application/xbrl+xml",
            "Dit bericht is te groot om hier te tonen.",
        ),
        (
            message(context(), "<t:a/>" * 50_000),
            "application/xbrl+xml",
            "Dit bericht is te groot om hier te tonen.",
        ),
    ],
)
def test_other_documents_are_offered_for_download(page, data, media_type, said):
    text = page(data, media_type=media_type)
    assert said in text
    assert DOWNLOAD in text


def test_message_of_another_sender(page):
    text = page(message(context(), fact("Omzet", "12"), entry="http://example.com/x.xsd"))
    assert "Omzet 12" in text
    assert "Bericht" not in text.split("Inhoud van het document")[1].split("Belastingplichtige")[0]


def test_message_without_facts_or_period(page):
    text = page(message(context(period="<xbrli:forever/>")))
    assert "Dit bericht bevat geen gegevens." in text
    assert "Tijdvak van het bericht" not in text


def test_values_are_text_and_not_markup(page):
    assert "Omzet &lt;b&gt;&amp;vet" in page(message(context(), fact("Omzet", "&lt;b&gt;&amp;vet")))


def test_many_facts_by_page(page):
    data = message(context(), *(fact(f"Omzet{n}x", str(n)) for n in range(600)))
    assert "1\N{EN DASH}250 van 600" in page(data)
    last = page(data + b" ", query="?page=3")
    assert "501\N{EN DASH}600 van 600" in last
    assert "Omzet 599 x 599" in last


def test_lost_document(page, office, caplog):
    row = document_row(office, media_type="application/xbrl+xml")
    row.save()
    assert "Dit document kan niet worden gelezen. Neem contact op met support." in page.opened(row)
    assert str(row.pk) in caplog.text


def test_store_that_does_not_answer(page, office, monkeypatch, caplog):
    (document,) = store(office, OFFICIAL[2020])
    monkeypatch.setattr(
        type(default_storage._wrapped),
        "open",
        lambda *arguments: (_ for _ in ()).throw(EndpointConnectionError(endpoint_url="http://127.0.0.1")),
    )
    assert "Dit document kan niet worden gelezen." in page.opened(document)


def test_return_without_document_has_no_contents(office, staff_member):
    one = ReturnFactory(client=ClientFactory(office=office))
    assert "Inhoud van het document" not in text_of(logged_in(staff_member).get(f"/aangiften/{one.pk}/"))


def test_contents_cost_no_query(office, staff_member, django_assert_max_num_queries):
    (document,) = store(office, OFFICIAL[2020])
    one = ReturnFactory(client=ClientFactory(office=office), document=document)
    browser = logged_in(staff_member)
    with django_assert_max_num_queries(4):
        browser.get(f"/aangiften/{one.pk}/")
