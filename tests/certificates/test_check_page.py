"""Tools: the check of a certificate that is not kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.models import Certificate
from portal.office.models import AuditEvent
from tests.certificates import pki as makers
from tests.people import logged_in

PAGE = "/tools/certificaat/"


@pytest.fixture
def browser(staff_member):
    return logged_in(staff_member)


def send(browser, data, password=makers.PASSWORD):
    fields = {"certificate": SimpleUploadedFile("kantoor.p12", data), "password": password}
    return browser.post(PAGE, fields)


def test_tools_leads_to_it(browser):
    assert f'href="{PAGE}"' in browser.get("/tools/").content.decode()


def test_says_what_an_upload_would_say_and_keeps_nothing(browser, portal, office_pair):
    traces = AuditEvent.objects.count()
    answer = send(browser, makers.p12(office_pair))
    page = answer.content.decode()
    assert "Dit certificaat is in orde." in page
    assert "12345678" in page
    assert "no-store" in answer["Cache-Control"]
    assert not Certificate.objects.exists()
    assert AuditEvent.objects.count() == traces


def test_says_what_to_heed(browser, portal, pki):
    page = send(
        browser, makers.p12(makers.leaf(pki.services, end=makers.NOW + 20 * makers.DAY))
    ).content.decode()
    assert "Let op: dit certificaat verloopt op" in page


def test_refusal_stands_at_its_field(browser, portal, office_pair):
    page = send(browser, makers.p12(office_pair), password="fout").content.decode()
    assert '<a href="#id_password">Het wachtwoord past niet bij dit certificaat.' in page
    assert "in orde" not in page
