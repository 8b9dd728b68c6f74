import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from portal.dossiers.models import TaxReturn
from portal.dossiers.recent import recent_returns, remember_opened
from portal.dossiers.services import unlock
from portal.office.models import AuditEvent
from tests.people import logged_in
from tests.portal.dossiers.rows import (
    CardFactory,
    ClientFactory,
    MessageFactory,
    ReturnFactory,
    document_row,
    store,
)
from tests.portal.dossiers.test_lists import text_of


@pytest.fixture
def browser(staff_member):
    return logged_in(staff_member)


@pytest.fixture
def tax_return(office):
    return ReturnFactory(client=ClientFactory(office=office), amount=Decimal("-1234.50"))


def page_of(browser, tax_return):
    return text_of(browser.get(f"/aangiften/{tax_return.pk}/"))


def test_locked_return(browser, tax_return):
    page = page_of(browser, tax_return)
    assert "VPB 2018 — Bakkerij A BV" in page
    assert (
        "Deze aangifte is gemigreerd uit VpbWin2018 (Classic) en vergrendeld opgeslagen. "
        "Wilt u de aangifte versturen? Ontgrendel dan eerst de aangifte."
    ) in page
    for text in ("Gereed/gemigreerd", "Ontgrendelen", "€ 1.234,50 terug te ontvangen", "MIG-2026-0042"):
        assert text in page


def test_nothing_offers_to_submit(browser, tax_return, staff_member):
    for _state in ("locked", "unlocked"):
        content = browser.get(f"/aangiften/{tax_return.pk}/").content.decode()
        assert "Versturen naar de fiscus is hier nog niet mogelijk." in content
        assert ">Versturen<" not in content
        unlock(tax_return, by=staff_member)


def test_history_in_local_time(browser, tax_return, staff_member):
    TaxReturn.objects.update(created_at=dt.datetime(2026, 11, 22, 18, 14, tzinfo=dt.UTC))
    unlock(tax_return, by=staff_member)
    TaxReturn.objects.update(unlocked_at=dt.datetime(2026, 11, 23, 8, 2, tzinfo=dt.UTC))
    page = page_of(browser, tax_return)
    assert "22-11-2026 19:14 gemigreerd" in page
    assert "23-11-2026 09:02 ontgrendeld door medewerker@demo.example" in page


def test_page_in_few_queries(browser, tax_return, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page_of(browser, tax_return)


def test_unlock_asks_first(browser, tax_return):
    page = text_of(browser.get(f"/aangiften/{tax_return.pk}/ontgrendelen/"))
    assert "Weet u zeker dat u deze aangifte wilt ontgrendelen?" in page
    assert page.index("Annuleren") < page.rindex("Ontgrendelen")
    assert TaxReturn.objects.get().is_locked


def test_unlock(browser, tax_return):
    page = text_of(browser.post(f"/aangiften/{tax_return.pk}/ontgrendelen/", follow=True))
    assert "De aangifte is ontgrendeld." in page
    assert "Ontgrendeld" in page
    assert not TaxReturn.objects.get().is_locked


@pytest.mark.parametrize("method", ["get", "post"])
def test_unlock_a_second_time(browser, tax_return, administrator, method):
    unlock(tax_return, by=administrator)
    response = getattr(browser, method)(f"/aangiften/{tax_return.pk}/ontgrendelen/", follow=True)
    assert "De aangifte was al ontgrendeld." in text_of(response)
    assert TaxReturn.objects.get().unlocked_by == administrator


def test_unlock_needs_the_forms_token(tax_return, staff_member):
    browser = logged_in(staff_member)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(f"/aangiften/{tax_return.pk}/ontgrendelen/").status_code == 403
    assert TaxReturn.objects.get().is_locked


@pytest.mark.parametrize("tail", ["", "ontgrendelen/", "document/"])
def test_another_offices_return_is_not_there(tax_return, neighbour_administrator, tail):
    browser = logged_in(neighbour_administrator)
    assert browser.get(f"/aangiften/{tax_return.pk}/{tail}").status_code == 404
    if tail == "ontgrendelen/":
        assert browser.post(f"/aangiften/{tax_return.pk}/{tail}").status_code == 404
        assert TaxReturn.objects.get().is_locked


DOWNLOADS = [
    (ReturnFactory, "/aangiften/{}/document/", "VPB-2018.xbrl"),
    (MessageFactory, "/serviceberichten/{}/document/", "SBA.xbrl"),
    (CardFactory, "/fiscale-kaarten/{}/document/", "2020.xbrl"),
]


@pytest.mark.parametrize(("factory", "address", "name"), DOWNLOADS)
def test_document_is_sent_as_a_file(browser, office, store_folder, factory, address, name):
    (document,) = store(office, b"<xbrl/>")
    record = factory(client=ClientFactory(office=office), document=document)
    response = browser.get(address.format(record.pk))
    assert response.content == b"<xbrl/>"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert AuditEvent.objects.get(act="document.downloaded").target_id == record.pk


@pytest.mark.parametrize(("factory", "address", "name"), DOWNLOADS)
def test_record_without_document_has_none_to_send(browser, office, factory, address, name):
    record = factory(client=ClientFactory(office=office))
    assert browser.get(address.format(record.pk)).status_code == 404


def test_period_with_a_slash_in_the_file_name(browser, office, store_folder):
    (document,) = store(office, b"%PDF", media_type="application/octet-stream")
    record = ReturnFactory(
        client=ClientFactory(office=office), document=document, period="2018-04-01/2019-03-31"
    )
    response = browser.get(f"/aangiften/{record.pk}/document/")
    assert response["Content-Disposition"] == 'attachment; filename="VPB-2018-04-01-2019-03-31.bin"'
    assert response["Content-Type"] == "application/octet-stream"


def test_unreadable_document_is_told(browser, office, store_folder, caplog):
    document = document_row(office)
    document.save()
    record = ReturnFactory(client=ClientFactory(office=office), document=document)
    response = browser.get(f"/aangiften/{record.pk}/document/", follow=True)
    assert "Dit document kan niet worden gelezen. Neem contact op met support." in text_of(response)
    assert str(document.pk) in caplog.text
    assert not AuditEvent.objects.filter(act="document.downloaded").exists()


def test_opened_returns_are_remembered_newest_first(browser, staff_member, administrator, office):
    first, second = ReturnFactory.create_batch(2, client=ClientFactory(office=office), source__office=office)
    for one in (first, second, first):
        browser.get(f"/aangiften/{one.pk}/")
    assert recent_returns(staff_member) == [first, second]
    assert recent_returns(administrator) == []


def test_five_recent_returns_in_one_query(staff_member, office, django_assert_num_queries):
    for one in ReturnFactory.create_batch(6, client=ClientFactory(office=office), source__office=office):
        remember_opened(one, by=staff_member)
    with django_assert_num_queries(1):
        assert [one.client.name for one in recent_returns(staff_member)] == ["Bakkerij A BV"] * 5


def test_recent_returns_of_an_earlier_office_are_not_shown(staff_member, office, neighbour):
    remember_opened(ReturnFactory(client=ClientFactory(office=office)), by=staff_member)
    type(staff_member.membership).objects.update(office=neighbour)
    assert recent_returns(staff_member) == []


def test_updated_return_says_which_migration(browser, tax_return):
    TaxReturn.objects.update(updated_in=tax_return.created_in, updated_at=timezone.now())
    assert "bijgewerkt ( MIG-2026-0042 )" in page_of(browser, tax_return)
