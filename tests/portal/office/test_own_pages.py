"""Mijn logo's and Mijn producten."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from portal.office.models import AuditEvent, Office, OfficeLogo
from tests.people import logged_in

LOGOS = "/instellingen/mijn-logos/"
PRODUCTS = "/instellingen/mijn-producten/"


@pytest.fixture
def browser(administrator):
    return logged_in(administrator)


def image(colour="red"):
    stream = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(stream, "PNG")
    return SimpleUploadedFile("logo.png", stream.getvalue(), "image/png")


def test_logo_is_kept_and_shown(browser, office, django_capture_on_commit_callbacks):
    page = browser.post(LOGOS, {"logo": image()}, follow=True).content.decode()
    assert "Het logo is opgeslagen." in page
    assert 'width="40" height="20" alt="Logo van Nextens Demo"' in page
    answer = browser.get(f"{LOGOS}logo.png")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert "private" in answer["Cache-Control"]
    assert Image.open(io.BytesIO(answer.content)).getpixel((0, 0)) == (255, 0, 0, 255)
    assert AuditEvent.objects.filter(act="office.logo_set", office=office).exists()


def test_new_logo_takes_the_place_of_the_old(browser, django_capture_on_commit_callbacks):
    browser.post(LOGOS, {"logo": image()})
    old = OfficeLogo.objects.get().storage_name
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(LOGOS, {"logo": image("blue")})
    new = OfficeLogo.objects.get().storage_name
    assert (default_storage.exists(old), default_storage.exists(new)) == (False, True)


def test_logo_is_removed(browser, office, django_capture_on_commit_callbacks):
    browser.post(LOGOS, {"logo": image()})
    name = OfficeLogo.objects.get().storage_name
    with django_capture_on_commit_callbacks(execute=True):
        page = browser.post(f"{LOGOS}verwijder/", follow=True).content.decode()
    assert "Uw kantoor heeft nog geen logo." in page
    assert not default_storage.exists(name)
    assert browser.get(f"{LOGOS}logo.png").status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "Selecteer een afbeelding."),
        (b"", "Dit bestand is geen PNG-, JPEG- of WebP-afbeelding"),
        (b"<svg/>", "Dit bestand is geen PNG-, JPEG- of WebP-afbeelding"),
        (bytes(1024**2 + 1), "Het bestand is groter dan 1 MB."),
    ],
)
def test_other_files_are_refused_at_the_field(browser, data, sentence):
    form = {} if data is None else {"logo": SimpleUploadedFile("logo.png", data)}
    page = browser.post(LOGOS, form).content.decode()
    assert f'<a href="#id_logo">{sentence}' in page
    assert not OfficeLogo.objects.exists()


def test_medewerker_changes_nothing(staff_member, office):
    browser = logged_in(staff_member)
    assert browser.post(LOGOS, {"logo": image()}).status_code == 403
    assert browser.post(PRODUCTS, {"taxes": ["IB"]}).status_code == 403
    assert "Opslaan" not in browser.get(PRODUCTS).content.decode()
    assert not OfficeLogo.objects.exists()


def test_products_come_first_in_the_filter(browser, office):
    browser.post(PRODUCTS, {"taxes": ["VPB", "IB"]})
    office.refresh_from_db()
    assert office.taxes == ["IB", "VPB"]
    page = browser.get("/aangiften/").content.decode()
    assert (
        page.index('value="VPB"')
        < page.index('<optgroup label="Andere producten">')
        < page.index('value="OB"')
    )
    trace = AuditEvent.objects.get(act="office.products_set")
    assert trace.facts == {"taxes": "IB, VPB"}


def test_same_products_leave_no_trace(browser, office):
    browser.post(PRODUCTS, {"taxes": []})
    assert not AuditEvent.objects.filter(act="office.products_set").exists()
    assert "<optgroup" not in browser.get("/aangiften/").content.decode()


def test_unknown_product_is_refused(browser, office):
    browser.post(PRODUCTS, {"taxes": ["BTW"]})
    assert Office.objects.get(pk=office.pk).taxes == []
    with pytest.raises(IntegrityError, match="office_taxes_known"), transaction.atomic():
        Office.objects.update(taxes=["BTW"])
