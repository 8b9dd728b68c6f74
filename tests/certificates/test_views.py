"""The pages of certificates: literal texts, who may do what, and every file through the real upload."""

import html
import json
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from certificates.admin import Ending
from certificates.models import Certificate
from certificates.presenting import validity
from tests.certificates import handmade
from tests.certificates import pki as makers
from tests.certificates.pki import DATA, NOW, PASSWORD
from tests.people import logged_in

pytestmark = pytest.mark.django_db
UPLOAD = "/instellingen/certificaten/upload/"
OVERVIEW = "/instellingen/certificaten/"
TEXTS = {row["id"]: row["text"] for row in json.loads((DATA / "screens.json").read_text(encoding="utf-8"))}
NOW_ACTIVE = TEXTS["S6-16"]


@pytest.fixture
def browser(administrator):
    return logged_in(administrator)


def visible(response):
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", " ", response.content.decode())
    return " ".join(html.unescape(body).split())


def in_order(page, *ids):
    at = 0
    for text in (TEXTS.get(name, name) for name in ids):
        found = page.find(text, at)
        assert found >= 0, f"{text!r} is missing after {page[:at][-60:]!r}"
        at = found + len(text)


def send(browser, data, password=PASSWORD, *, name="kantoor.p12", active=False, follow=False):
    fields = {"certificate": SimpleUploadedFile(name, data), "password": password}
    fields |= {"is_active": "on"} if active else {}
    return browser.post(UPLOAD, fields, follow=follow)


def errors(response):
    assert response.status_code == 200
    found = response.context["form"].errors.as_data()
    return {field: [error.code for error in given] for field, given in found.items()}


def test_s5_says_what_the_screen_says(browser, kept, office_pair, pki):
    kept(office_pair, activate=True)
    kept(makers.leaf(pki.services, common="tweede.example"))
    page = visible(browser.get(OVERVIEW))
    in_order(page, *(f"S5-{number:02}" for number in range(1, 12)))
    in_order(
        page,
        "S5-11",
        "www.kantoor.example",
        "Ja",
        "S5-13",
        "tweede.example",
        "Nee",
        "S5-14",
        "S5-15",
        "S5-16",
    )
    assert page.count("Verwijder") == 1


def test_s5_shows_a_certificate(browser, kept, office_pair):
    row = kept(office_pair)
    page = visible(browser.get(OVERVIEW))
    in_order(
        page, "23-10-2026 t/m 22-11-2027", "nog 365 dagen", "Test Services CA", row.serial_number, "12345678"
    )


@pytest.mark.parametrize(
    ("days", "tone", "label"),
    [
        (0, "neutral", "nog 365 dagen"),
        (308, "neutral", "nog 57 dagen"),
        (310, "warning", "nog 55 dagen"),
        (364, "warning", "nog 1 dag"),
        (366, "error", "verlopen"),
        (-31, "warning", "nog niet geldig"),
    ],
)
def test_how_long_it_lasts(kept, office_pair, days, tone, label):
    found = validity(kept(office_pair), NOW + timedelta(days=days))
    assert (found.tone, found.label) == (tone, label)


def test_a_revoked_one_lasts_no_longer(kept, office_pair):
    row = kept(office_pair)
    row.revoked_at = NOW
    assert validity(row, NOW).label == "ingetrokken"


def test_s5_without_certificates(browser, portal):
    assert "Er zijn nog geen certificaten." in visible(browser.get(OVERVIEW))


def test_s5_asks_the_database_little(browser, kept, office_pair, pki, django_assert_max_num_queries):
    kept(office_pair, activate=True)
    kept(makers.leaf(pki.services))
    with django_assert_max_num_queries(5):
        browser.get(OVERVIEW)


def test_s6_says_what_the_screen_says(browser, portal):
    page = visible(browser.get(UPLOAD))
    in_order(
        page,
        "S6-01",
        "S6-02",
        "S6-03",
        "S6-04",
        "S6-05",
        "S6-08",
        "S6-06",
        "S6-13",
        "S6-07",
        "S6-09",
        "S6-10",
    )
    assert (
        "<title>Upload \N{EN DASH} Certificaten \N{EN DASH} Nextens</title>"
        in browser.get(UPLOAD).content.decode()
    )


def test_s6_names_what_is_replaced(browser, kept, office_pair):
    kept(office_pair, activate=True)
    page = browser.get(UPLOAD)
    assert "Met Actief vervangt u: www.kantoor.example, geldig t/m 22-11-2027." in visible(page)
    assert 'aria-describedby="id_is_active_helptext"' in page.content.decode()


def test_upload_and_activate(browser, portal, office_p12):
    response = send(browser, office_p12, active=True, follow=True)
    assert response.redirect_chain == [(OVERVIEW, 302)]
    assert NOW_ACTIVE in visible(response)
    assert Certificate.objects.get().is_active


def test_upload_without_actief(browser, portal, office_p12):
    response = send(browser, office_p12, follow=True)
    assert "Het certificaat is opgeslagen. Het is nog niet actief." in visible(response)
    assert not Certificate.objects.get().is_active


def test_upload_that_waits_for_confirmation(browser, kept, office_pair, pki):
    kept(office_pair, activate=True)
    data = makers.p12(makers.leaf(pki.services, number="87654321", common="nieuw.example"))
    response = send(browser, data, active=True, follow=True)
    new = Certificate.objects.get(subject="nieuw.example")
    assert response.redirect_chain == [(reverse("certificates:activate", args=[new.pk]), 302)]
    in_order(
        visible(response), "heeft handelsregisternummer 87654321; uw huidige heeft 12345678", "Maak actief"
    )
    assert not new.is_active
    assert NOW_ACTIVE in visible(browser.post(reverse("certificates:activate", args=[new.pk]), follow=True))
    assert Certificate.objects.get(is_active=True) == new


def test_upload_without_anything(browser, portal):
    response = browser.post(UPLOAD, {})
    assert errors(response) == {"certificate": ["required"]}
    in_order(visible(response), "Er is een probleem", "Selecteer uw certificaatbestand (.pfx of .p12).")
    assert "<title>Fout: Upload" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "data", "code", "sentence"),
    [
        ("a.pem", b"x", "wrong-extension", "Het bestand moet een .pfx- of .p12-bestand zijn. U koos: a.pem."),
        ("a.p12", b"", "empty", "Dit bestand is leeg."),
        ("a.p12", bytes(2**20 + 1), "too-large", "Dit bestand is 1,0 MB."),
        ("a.p12", b"PK\3\4", "unreadable", "Dit bestand is geen geldig certificaatbestand."),
    ],
    ids=["wrong-extension", "empty", "too-large", "unreadable"],
)
def test_refusals_of_the_file(browser, portal, name, data, code, sentence):
    response = send(browser, data, name=name)
    assert errors(response) == {"certificate": [code]}
    assert visible(response).count(sentence) == 2
    assert not Certificate.objects.exists()


@pytest.mark.parametrize("password", ["fout", "", "geheim\0", "x" * 2_000])
def test_refusals_of_the_password(browser, portal, office_p12, password):
    response = send(browser, office_p12, password)
    assert errors(response) == {"password": ["wrong-password"]}
    assert "Voer het wachtwoord van het certificaat in, niet dat van Nextens." in visible(response)
    assert not password or password not in visible(response)


def test_the_date_stands_in_the_sentence(browser, portal, pki):
    response = send(browser, makers.p12(makers.leaf(pki.services, end=NOW - makers.DAY)))
    assert "Dit certificaat is verlopen op 21-11-2026. Vraag een nieuw certificaat aan." in visible(response)


def test_a_duplicate_names_the_row(browser, kept, office_pair, office_p12):
    kept(office_pair)
    again = handmade.file(
        handmade.data_part(
            handmade.shrouded_bag(office_pair, PASSWORD), handmade.certificate_bag(office_pair)
        )
    )
    for data in (office_p12, again):
        response = send(browser, data, active=True)
        assert errors(response) == {"certificate": ["duplicate"]}
        assert "staat al in de lijst: www.kantoor.example, geüpload op 22-11-2026." in visible(response)


OUTCOMES = {
    "ValidCertificatePathTest1EE.p12": ("password", "untrusted"),
    "ValidCertificatePathTest1EE_firefox.p12": ("password", "untrusted"),
    "ValidCertificatePathTest1EE_macos.p12": ("password", "untrusted"),
    "ValidCertificatePathTest1EE_windows_aes.p12.pfx": ("password", "untrusted"),
    "ValidCertificatePathTest1EE_windows_tdes.p12.pfx": ("password", "untrusted"),
    "G4-Private-G-Other-LP-Authentication-with-OIN.p12": ("trial", "accepted"),
    "G4-Private-G-Other-LP-Authenticity-with-OIN.p12": ("trial", "not-services"),
    "G4-Private-G-TLS-SYS-withOIN.p12": ("trial", "accepted"),
}
FILES = [*sorted((DATA / "p12").iterdir()), *sorted((DATA / "pkioverheid").rglob("*.*"))]


@pytest.mark.parametrize("file", [file for file in FILES if file.suffix != ".md"], ids=lambda file: file.name)
def test_every_file_of_the_test_data(browser, portal, file):
    password, expected = OUTCOMES.get(file.name, ("x", "wrong-extension"))
    response = send(browser, file.read_bytes(), password, name=file.name, active=True)
    if expected == "accepted":
        assert response.status_code == 302
        assert Certificate.objects.get().is_active
        return
    assert errors(response) == {"certificate": [expected]}
    # a certificate alone, under another name, is no .p12
    renamed = send(browser, file.read_bytes(), password, name="a.pfx")
    assert errors(renamed) == {"certificate": ["unreadable" if expected == "wrong-extension" else expected]}


def test_activate_asks_first(browser, kept, office_pair):
    row = kept(office_pair)
    address = reverse("certificates:activate", args=[row.pk])
    assert "Weet u zeker dat u dit certificaat actief wilt maken?" in visible(browser.get(address))
    assert not Certificate.objects.get().is_active
    assert NOW_ACTIVE in visible(browser.post(address, follow=True))
    assert Certificate.objects.get().is_active


def test_activate_that_is_refused(browser, kept, office_pair):
    row = kept(office_pair)
    Certificate.objects.update(revoked_at=NOW)
    response = browser.post(reverse("certificates:activate", args=[row.pk]), follow=True)
    assert "Dit certificaat is ingetrokken op 22-11-2026." in visible(response)


def test_deactivate_asks_first(browser, kept, office_pair):
    row = kept(office_pair, activate=True)
    address = reverse("certificates:deactivate", args=[row.pk])
    assert "Weet u zeker dat u dit certificaat inactief wilt maken?" in visible(browser.get(address))
    assert Certificate.objects.get().is_active
    browser.post(address)
    assert not Certificate.objects.get().is_active


def test_delete_asks_first(browser, kept, office_pair):
    address = reverse("certificates:delete", args=[kept(office_pair).pk])
    assert "Weet u zeker dat u dit certificaat wilt verwijderen?" in visible(browser.get(address))
    assert Certificate.objects.exists()
    assert "Het certificaat is verwijderd." in visible(browser.post(address, follow=True))
    assert not Certificate.objects.exists()


def test_delete_spares_the_active_one(browser, kept, office_pair):
    address = reverse("certificates:delete", args=[kept(office_pair, activate=True).pk])
    assert "Maak het eerst inactief." in visible(browser.get(address))
    response = browser.post(address, follow=True)
    assert "Een actief certificaat kan niet worden verwijderd." in visible(response)
    assert Certificate.objects.exists()


def test_staff_may_do_everything_but_delete(staff_member, kept, office_pair, office_p12, portal):
    row, browser = kept(office_pair), logged_in(staff_member)
    assert browser.post(reverse("certificates:delete", args=[row.pk])).status_code == 403
    assert "Verwijder" not in visible(browser.get(OVERVIEW))
    assert browser.post(reverse("certificates:activate", args=[row.pk])).status_code == 302
    assert Certificate.objects.get().is_active


@pytest.mark.parametrize("name", ["detail", "activate", "deactivate", "delete"])
def test_another_offices_certificate_does_not_exist(neighbour_administrator, kept, office_pair, name):
    address = reverse(f"certificates:{name}", args=[kept(office_pair).pk])
    browser = logged_in(neighbour_administrator)
    assert browser.get(address).status_code == 404
    assert browser.post(address).status_code in (404, 405)
    assert Certificate.objects.filter(is_active=False).exists()


def test_detail(browser, kept, office_pair, administrator):
    row = kept(office_pair, activate=True)
    page = visible(browser.get(reverse("certificates:detail", args=[row.pk])))
    in_order(page, "CN=www.kantoor.example, O=Kantoor", "G1 services server", "ondertekenen", row.fingerprint)
    in_order(page, "nog niet", "22-11-2026 19:00 door beheerder@demo.example", "Keten", "CN=Test Services CA")
    in_order(page, "Geschiedenis", "Actief gemaakt", "Geüpload", "beheerder@demo.example")


def test_detail_says_when_the_key_was_proven(browser, kept, office_pair):
    row = kept(office_pair)
    Certificate.objects.update(proven_at=NOW)
    page = visible(browser.get(reverse("certificates:detail", args=[row.pk])))
    assert "Sleutel getest 22-11-2026 19:00" in page


def test_no_page_holds_key_or_password(browser, kept, office_pair):
    row = kept(office_pair, activate=True)
    shown = b"".join(
        browser.get(address).content
        for address in (OVERVIEW, UPLOAD, reverse("certificates:detail", args=[row.pk]))
    )
    assert bytes(row.sealed_key)[50:80].hex().encode() not in shown
    assert PASSWORD.encode() not in shown


def test_admin_shows_metadata_only(nextens_administrator, kept, office_pair):
    row, browser = kept(office_pair), logged_in(nextens_administrator)
    page = browser.get(reverse("admin:certificates_certificate_change", args=[row.pk])).content.decode()
    assert row.fingerprint in page
    assert not [name for name in ("sealed_key", "certificate_der", "chain_pem") if name in page]
    assert (
        "www.kantoor.example" in browser.get("/admin/certificates/certificate/?q=12345678").content.decode()
    )
    assert browser.post(reverse("admin:certificates_certificate_delete", args=[row.pk])).status_code == 403
    assert browser.get(reverse("admin:certificates_certificate_add")).status_code == 403


@pytest.mark.parametrize(
    "wanted", ["Nextens Demo", "12345678", "00000003123456780000", "www.kantoor.example"]
)
def test_admin_finds_a_certificate(nextens_administrator, kept, office_pair, wanted):
    row, browser = kept(office_pair), logged_in(nextens_administrator)
    page = visible(browser.get("/admin/certificates/certificate/", {"q": wanted}))
    assert "1 certificaat" in page
    assert "0 certificaten" in visible(browser.get("/admin/certificates/certificate/", {"q": f"{row.pk}"}))


@pytest.mark.parametrize(
    ("days", "found"), [(300, ""), (310, "8"), (340, "84"), (360, "841"), (366, "0")], ids=str
)
def test_admin_filters_by_expiry(nextens_administrator, kept, office_pair, monkeypatch, days, found):
    kept(office_pair)
    browser = logged_in(nextens_administrator)
    shown = {}
    for choice in "0148":
        request = browser.get("/admin/certificates/certificate/").wsgi_request
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=days))
        listed = Ending(request, {"verloopt": [choice]}, Certificate, None)
        shown[choice] = listed.queryset(request, Certificate.objects.all()).exists()
    assert {choice for choice, there in shown.items() if there} == set(found)


def test_to_the_script_of_the_page_the_way_on_is_a_header(browser, portal, office_p12):
    fields = {"certificate": SimpleUploadedFile("a.p12", office_p12), "password": PASSWORD, "is_active": "on"}
    response = browser.post(UPLOAD, fields, headers={"X-Requested-With": "XMLHttpRequest"})
    assert (response.status_code, response["X-Onward"]) == (204, OVERVIEW)
    # what the next page has to say is still to be said
    assert NOW_ACTIVE in visible(browser.get(OVERVIEW))


def test_the_form_asks_for_the_right_files_and_has_its_script(browser, portal):
    page = browser.get(UPLOAD).content.decode()
    assert 'accept=".pfx,.p12"' in page
    assert "/static/certificates/keep-file.js" in page
    assert "data-keep-file" in page
