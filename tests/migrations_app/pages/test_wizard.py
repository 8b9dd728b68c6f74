"""The wizard without JavaScript, as the step plan describes it."""

import errno
import hashlib
import html
import json
import re
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.test import Client
from django.utils import timezone

from migrations_app import accepting
from migrations_app.models import MigrationJob, Status, WizardChoices
from migrations_app.uploads import Sealing
from portal.office.models import Office
from tests.migrations_app.conftest import GOOD, NAME
from tests.migrations_app.pages.conftest import DEFAULTS, FILE, START, TYPE, address, put, title, visible
from tests.people import logged_in

KNOWN = FILE + "bekend/"


def upload(browser, data=GOOD, name=NAME):
    return browser.post(FILE, {"file": SimpleUploadedFile(name, data)})


def the_error(response):
    """The error at the field, which the summary repeats."""
    note = re.search(r'(?s)id="id_\w+_error">(.*?)</p>', page(response))[1]
    error = " ".join(re.sub("<.*?>", " ", note).split()).removeprefix("Fout: ")
    assert visible(response).count(error) == 2
    assert title(response).startswith("Fout: Pagina ")
    return html.unescape(error)


def page(response):
    assert response.status_code == 200
    return response.content.decode()


def test_whole_way_through_the_wizard(browser, stored, office, staff_member):
    assert browser.get("/instellingen/migratie/").status_code == 200
    assert browser.post(START).headers["Location"] == TYPE
    assert browser.post(TYPE, DEFAULTS | {"message_status": "Akkoord"}).headers["Location"] == FILE
    answer = upload(browser)
    job = MigrationJob.objects.get()
    assert answer.headers["Location"] == address(job, "voortgang/")
    assert (job.office, job.created_by, job.status) == (office, staff_member, Status.CHECKING)
    assert (job.import_type, job.default_message_status) == ("combined", "Akkoord")
    accepting.check(job.pk)
    assert "U kunt nu het venster en/of Nextens sluiten." in visible(browser.get(answer.headers["Location"]))


def test_defaults_of_page_2(browser):
    form = page(browser.get(TYPE))
    checked = re.findall(r'value="([^"]*)"[^>]*checked', form)
    assert checked == ["combined", "returns", "clients", "extension_schemes", "tax_cards", "Ongeopend"]


def test_choices_survive_going_back(browser):
    browser.post(TYPE, {"import_type": "messages", "kinds": ["clients"], "message_status": "Archief"})
    assert "U migreert: Serviceberichten · SBA's zonder status: Archief" in visible(browser.get(FILE))
    assert re.findall(r'value="([^"]*)"[^>]*checked', page(browser.get(TYPE))) == [
        "messages",
        "clients",
        "Archief",
    ]


@pytest.mark.parametrize(
    ("import_type", "kinds", "shown"),
    [
        ("combined", ["returns", "clients", "extension_schemes", "tax_cards"], "Gecombineerd ·"),
        ("combined", ["clients", "extension_schemes", "tax_cards"], "Gecombineerd, zonder Aangiftes ·"),
        ("combined", ["returns"], "Gecombineerd, zonder Klanten, Uitstelregelingen en Fiscale kaarten ·"),
        ("responsibilities", [], "Verantwoordelijkheden ·"),
    ],
)
def test_file_page_says_what_is_left_out(browser, import_type, kinds, shown):
    browser.post(TYPE, {"import_type": import_type, "kinds": kinds, "message_status": "Archief"})
    assert f"U migreert: {shown}" in visible(browser.get(FILE))


def test_file_page_asks_for_the_choices_first(browser):
    assert browser.get(FILE).headers["Location"] == TYPE
    assert upload(browser).headers["Location"] == TYPE
    assert not MigrationJob.objects.exists()


def test_choices_survive_a_log_out(chosen, staff_member):
    chosen.post(TYPE, DEFAULTS | {"import_type": "messages", "message_status": "Archief"})
    chosen.logout()
    again = logged_in(staff_member)
    assert "U migreert: Serviceberichten · SBA's zonder status: Archief" in visible(again.get(FILE))


def test_choices_of_long_ago_are_asked_again(chosen, settings):
    WizardChoices.objects.update(
        import_type="messages", made_at=timezone.now() - timedelta(hours=settings.UPLOAD_KEEP_HOURS)
    )
    assert chosen.get(FILE).headers["Location"] == TYPE
    assert re.findall(r'value="([^"]*)"[^>]*checked', page(chosen.get(TYPE)))[0] == "combined"


@pytest.mark.parametrize(
    ("choices", "error"),
    [
        ({"import_type": ""}, "Kies wat u wilt migreren."),
        ({"import_type": "all"}, "Kies wat u wilt migreren."),
        ({"message_status": "Gelezen"}, "Kies een status."),
        ({"kinds": ["payroll"]}, "Kies uit de onderdelen die hier staan."),
        (
            {"import_type": "returns_and_clients", "kinds": []},
            "Vink aan wat u wilt migreren: ten minste één onderdeel.",
        ),
    ],
)
def test_choices_that_cannot_be(browser, choices, error):
    assert the_error(browser.post(TYPE, DEFAULTS | choices)) == error


def test_no_file(chosen):
    assert the_error(chosen.post(FILE)) == "Selecteer het migratiebestand (.zip)."
    assert the_error(chosen.post(FILE, {"file": "name"})) == "Selecteer het migratiebestand (.zip)."


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("export.rar", GOOD, "Het migratiebestand moet een .zip-bestand zijn. U koos: export.rar."),
        (
            NAME,
            b"%PDF-1.7",
            "Het migratiebestand is beschadigd of niet compleet. "
            "Maak met de migratietool een nieuw exportbestand.",
        ),
        (NAME, b"", "Het migratiebestand is leeg. Maak met de migratietool een nieuw exportbestand."),
    ],
)
def test_files_that_are_not_taken_in(chosen, stored, name, data, error):
    assert the_error(upload(chosen, data, name)) == error
    assert stored() == []


def test_name_of_a_wrong_file_is_shown_as_text(chosen):
    assert "U koos: &lt;b&gt;.rar." in page(upload(chosen, GOOD, "<b>.rar"))


def test_too_large_a_file(chosen, settings):
    settings.MIGRATION_MAX_BYTES = 500
    error = the_error(upload(chosen, b"PK\x03\x04" + bytes(2044)))
    assert error == "Het migratiebestand is 2,0 kB. Het maximum is 500 bytes."


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (GOOD[: len(GOOD) // 2], "Het migratiebestand is beschadigd of niet compleet."),
        (b"PK\x03\x04" + bytes(50), "Maak met de migratietool een nieuw exportbestand."),
    ],
)
def test_files_that_the_check_refuses_say_why(chosen, stored, data, words):
    answer = upload(chosen, data)
    accepting.check(MigrationJob.objects.get().pk)
    shown = visible(chosen.get(answer.headers["Location"]))
    assert words in shown
    assert "Geweigerd" in shown
    assert "Er is niets gewijzigd in Nextens." in shown


def test_request_that_breaks_off_is_no_server_error(chosen):
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\nPK'
    answer = chosen.generic("POST", FILE, body, "multipart/form-data; boundary=x")
    assert answer.status_code < 500
    assert chosen.generic("POST", FILE, b"", "multipart/form-data").status_code < 500


def test_without_certificate_there_is_no_way_on(chosen, certificates, stored):
    certificates.active = False
    for at in (START, FILE):
        assert "Upload eerst uw certificaat" in visible(chosen.get(at))
    assert chosen.post(START).status_code == 200
    error = "Uw kantoor heeft geen actief PKIoverheid services certificaat. Upload eerst uw certificaat."
    assert the_error(upload(chosen)) == error
    assert stored() == []


def test_certificate_may_be_no_more_than_a_warning(chosen, certificates, office, stored):
    certificates.active = False
    Office.objects.filter(pk=office.pk).update(certificate_required=False)
    for at in (START, FILE):
        assert "U kunt wel een migratiebestand uploaden" in visible(chosen.get(at))
    assert chosen.post(START).headers["Location"] == TYPE
    assert upload(chosen).status_code == 302
    assert MigrationJob.objects.get().status == Status.CHECKING


def test_spool_of_a_form_is_sealed_and_goes(chosen, stored, monkeypatch):
    seen = []
    add = Sealing.add

    def watch(sealing, piece):
        add(sealing, piece)
        sealing._raw.flush()
        seen.extend(path.read_bytes() for path in stored())

    monkeypatch.setattr(Sealing, "add", watch)
    data = b"PK\x03\x04" + b"Bakkerij" * 100_000
    upload(chosen, data)
    assert len(seen) == 1
    assert len(seen[0]) > 500_000
    assert b"Bakkerij" not in seen[0]
    (kept,) = stored()
    assert "spool" not in kept.parts


def test_only_one_file_of_a_form_is_taken(chosen, stored):
    files = [SimpleUploadedFile(f"{number}.zip", GOOD) for number in range(3)]
    chosen.post(FILE, {"other": files[0], "file": files[1:]})
    assert stored() == []


def test_full_disk_is_no_server_error(chosen, stored, monkeypatch):
    def refuse(sealing, piece):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Sealing, "add", refuse)
    assert the_error(upload(chosen)) == (
        "Er is bij Nextens nu geen ruimte voor het bestand. Probeer het later opnieuw."
    )
    assert stored() == []


def test_form_needs_its_csrf_token(chosen, staff_member, stored):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff_member)
    assert upload(strict).status_code == 403
    assert stored() == []
    token = str(strict.get(FILE).context["csrf_token"])
    sent = {"file": SimpleUploadedFile(NAME, GOOD), "csrfmiddlewaretoken": token}
    assert strict.post(FILE, sent).status_code == 302


def test_strangers_send_no_large_files(client, db, monkeypatch):
    taken = []
    take = MemoryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        MemoryFileUploadHandler, "receive_data_chunk", lambda *args: taken.append(1) or take(*args)
    )
    large, small = (SimpleUploadedFile(NAME, bytes(size)) for size in (4 * 1024**2, 10))
    assert client.post("/inloggen/", {"file": large}).status_code == 400
    assert taken == []
    assert client.post("/inloggen/", {"file": small}).status_code == 200
    assert taken == [1]


def test_known_file_is_asked_about(chosen, stored):
    upload(chosen)
    first = MigrationJob.objects.get()
    question = upload(chosen).headers["Location"]
    second = MigrationJob.objects.exclude(pk=first.pk).get()
    assert question == address(second, "opnieuw/")
    day = first.created_at.astimezone().strftime("%d-%m-%Y")
    asked = f"Dit bestand is op {day} al geüpload ( {first.reference} ). Wilt u het opnieuw uploaden?"
    assert asked in visible(chosen.get(question))
    assert chosen.post(question, {"again": ""}).headers["Location"] == address(second, "voortgang/")
    second.refresh_from_db()
    assert second.status == Status.CHECKING
    assert chosen.get(question).headers["Location"] == address(second, "voortgang/")


def test_known_file_is_known_by_its_manifest(chosen, outsider, checked):
    job = checked()
    with zipfile.ZipFile(BytesIO(GOOD)) as archive:
        manifest = hashlib.sha256(archive.read("manifest.json")).hexdigest()
    asked = {"size": len(GOOD), "manifest": manifest}
    told = chosen.post(KNOWN, asked).json()
    day = job.created_at.astimezone().strftime("%d-%m-%Y")
    assert told["known"] == job.reference
    assert told["text"].startswith(
        f"Dit bestand is op {day} al geüpload ({job.reference}). Wilt u het opnieuw uploaden?"
    )
    assert chosen.post(KNOWN, asked | {"size": 5}).json() == {}
    assert outsider.post(KNOWN, asked).json() == {}
    put(job, Status.CANCELLED, finished_at=timezone.now())
    assert chosen.post(KNOWN, asked).json() == {}
    assert chosen.post(KNOWN, {"size": "x", "manifest": "y"}).status_code == 422


def test_page_tells_a_browser_what_it_may_say(chosen):
    look = json.loads(html.unescape(re.search(r'data-look="([^"]*)"', page(chosen.get(FILE)))[1]))
    assert look["numbers"] == ["12345678"]
    assert look["texts"]["manifest-missing"].startswith(
        "Dit .zip-bestand is niet met de Nextens-migratietool"
    )
    assert look["texts"]["too_large"] == "Het migratiebestand is {size}. Het maximum is {max}."


def test_known_file_is_not_uploaded_again_without_a_yes(chosen, stored):
    upload(chosen)
    question = upload(chosen).headers["Location"]
    assert chosen.post(question, {"cancel": ""}).headers["Location"] == "/instellingen/migratie/"
    assert MigrationJob.objects.filter(status=Status.CANCELLED).count() == 1


def test_question_is_the_office_s_own(chosen, outsider, received):
    received()
    waiting = received(ask_if_known=True)
    assert outsider.post(address(waiting, "opnieuw/"), {"again": ""}).status_code == 404
    waiting.refresh_from_db()
    assert waiting.status == Status.UPLOADING


def test_buttons_in_the_order_of_the_step_plan(chosen):
    for at in (TYPE, FILE):
        form = re.search(r'(?s)<div class="buttons">(.*?)</div>', page(chosen.get(at)))[1]
        kinds = re.findall(r"<(a|button)[ >]", form)
        assert kinds == ["a", "a", "button"]
        assert re.sub(r"(?s)<.*?>", "", form).split("\n")[1:4] == [
            "      Annuleren",
            "      &lt; Vorige",
            "      Volgende &gt;",
        ]


@pytest.mark.parametrize("at", [START, TYPE, FILE])
def test_query_count(chosen, at, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        assert chosen.get(at).status_code == 200


def test_anonymous_is_sent_to_the_login(client, db):
    for at in (START, TYPE, FILE):
        assert client.get(at).headers["Location"].startswith("/inloggen/")


def test_colleagues_have_choices_of_their_own(chosen, administrator):
    assert logged_in(administrator).get(FILE).headers["Location"] == TYPE
