"""A key and a password that are known are looked for wherever something of an upload may be left: nowhere."""

import base64
import html
import logging
import pprint
import sys
import urllib.parse
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import got_request_exception
from django.db import connection
from django.test import Client
from django.views.debug import ExceptionReporter

from certificates import services, tasks
from certificates.models import Certificate
from portal.office import sending
from portal.office.models import AuditEvent, OutgoingMail, Scope
from portal.office.tokens import create_token
from tests.certificates import handmade
from tests.certificates import pki as makers
from tests.people import logged_in

pytestmark = pytest.mark.django_db(transaction=True)
UPLOAD = "/instellingen/certificaten/upload/"
PASSWORD = "Kanarie-zingt-7Q"
LENGTH, PIECE = 24, 7


def in_every_form(secret):
    """These bytes as they are, in hex, and in base64 at each of its three alignments."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for shift in range(3):
        # the first and last characters also depend on what stands around
        text = base64.b64encode(bytes(shift) + secret)[4:-4]
        yield text
        yield text.replace(b"+", b"-").replace(b"/", b"_")


def as_python_writes_it(secret):
    """Short pieces: reports break what they print into lines."""
    for start in range(len(secret) - PIECE):
        text = repr(secret[start : start + PIECE])[2:-1]
        yield text.encode()
        yield html.escape(text).encode()


def needles_of(pair):
    """A piece out of the middle of each secret number: a key holds them all, however it is written."""
    numbers = pair.key.private_numbers()
    for number in (numbers.p, numbers.q, numbers.d, numbers.dmp1, numbers.dmq1, numbers.iqmp):
        whole = number.to_bytes((number.bit_length() + 7) // 8, "big")
        middle = len(whole) // 2
        piece = whole[middle : middle + LENGTH]
        yield from in_every_form(piece)
        yield from as_python_writes_it(piece)
        yield str(number)[50:100].encode()


def needles_of_password():
    for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
        yield from in_every_form(PASSWORD.encode(encoding))


def found_in(haystack, needles):
    return [needle for needle in needles if needle in haystack]


@pytest.fixture(scope="module")
def pair(pki):
    return makers.leaf(pki.services, common="kanarie.example")


@pytest.fixture
def seen():
    """Everything that was seen, by where."""
    return {}


def test_the_search_finds_a_key_in_every_form(pair):
    der = handmade.pkcs8(pair)
    numbers = pair.key.private_numbers()
    pem = pair.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    one_line = b"".join(line for line in pem.splitlines() if b"-" not in line)
    needles = list(needles_of(pair))
    for written in (der, der.hex().encode(), base64.b64encode(der), base64.urlsafe_b64encode(der), one_line):
        assert len(found_in(written, needles)) >= 6, written[:30]
    assert found_in(pem.replace(b"\n", b""), needles)
    assert found_in(pprint.pformat(der).encode(), needles)
    assert found_in(html.escape(pprint.pformat(der)).encode(), needles)
    assert found_in(f"p={numbers.p} q={numbers.q}".encode(), needles)
    assert found_in(b"x" + base64.b64encode(f"?{PASSWORD}!".encode()), needles_of_password())


def test_nothing_is_left_anywhere(
    seen, trusting, pair, pki, administrator, nextens_administrator, office, tmp_path, monkeypatch, caplog
):
    caplog.set_level(logging.DEBUG)
    browser = logged_in(administrator)
    row = upload_and_use(browser, pair, pki, trusting, tmp_path)
    seen["pages"] = pages(browser, row)
    seen["api"] = api(office, administrator, row, makers.p12(pair, password=PASSWORD))
    seen["admin"] = administration(logged_in(nextens_administrator), row)
    seen["errors"] = broken_upload(administrator, pki, pair, monkeypatch)
    sending.send_due()
    seen["mails"] = b"".join(message.message().as_bytes() for message in mail.outbox)
    seen["database"] = every_table()
    broker = Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
    seen["broker"] = files(broker)
    seen["data folder"] = files(broker.parents[1]) + files(tmp_path)
    seen["logs"] = caplog.text.encode() + b"".join(repr(vars(each)).encode() for each in caplog.records)

    assert_really_seen(seen, row)
    needles = [*needles_of(pair), *needles_of_password(), urllib.parse.quote(PASSWORD + "%").encode()]
    assert [(place, found) for place, hay in seen.items() if (found := found_in(hay, needles))] == []


def upload_and_use(browser, pair, pki, trusting, tmp_path):
    for password in ("fout" + PASSWORD, PASSWORD):
        answer = send(browser, pair, password)
    assert answer.status_code == 302
    row = Certificate.objects.get()
    trusting.SIGNING_KEY_FILE = tmp_path / "signing.json"
    tasks.prove_key(str(row.pk))
    tasks.check_revocation(str(row.pk))
    trusting.SIGNING_KEY_FILE = None
    # replaced by another, so that a mail says so, and active again
    services.activate(certificate=row, by=row.uploaded_by)
    send(browser, makers.leaf(pki.services, common="tweede.example"), PASSWORD)
    services.activate(certificate=row, by=row.uploaded_by)
    row.refresh_from_db()
    return row


def send(browser, pair, password):
    data = makers.p12(pair, password=PASSWORD)
    fields = {"certificate": SimpleUploadedFile("a.p12", data), "password": password, "is_active": "on"}
    return browser.post(UPLOAD, fields)


def pages(browser, row):
    base = "/instellingen/certificaten/"
    addresses = ["/", base, UPLOAD, f"{base}{row.pk}/", f"{base}{row.pk}/maak-actief/", "/tools/"]
    refused = send(browser, makers.leaf(None), PASSWORD + "fout").content
    return refused + b"".join(browser.get(address).content for address in addresses)


def api(office, by, row, data):
    plain = create_token(office=office, name="Proef", scopes=[Scope.CERTIFICATES], expires_at=None, by=by)[1]
    client = Client(headers={"authorization": f"Bearer {plain}"})
    fields = {"certificate": SimpleUploadedFile("a.p12", data), "password": PASSWORD}
    answers = [
        client.get("/api/v1/certificates/"),
        client.get(f"/api/v1/certificates/{row.pk}/"),
        client.post("/api/v1/certificates/", fields),
    ]
    return b"".join(answer.content for answer in answers)


def administration(browser, row):
    base = "/admin/certificates/certificate/"
    addresses = [base, f"{base}{row.pk}/change/"]
    addresses += ["/admin/office/auditevent/", "/admin/office/outgoingmail/"]
    addresses += [f"/admin/office/auditevent/{event.pk}/change/" for event in AuditEvent.objects.all()]
    addresses += [f"/admin/office/outgoingmail/{mail.pk}/change/" for mail in OutgoingMail.objects.all()]
    return b"".join(browser.get(address).content for address in addresses)


def broken_upload(administrator, pki, pair, monkeypatch):
    """The 500 page, and the fullest report that Django can make of what went wrong with key in hand."""
    reports = []

    def keep(sender, request, **_):
        reporter = ExceptionReporter(request, *sys.exc_info(), is_email=False)
        reports.extend([reporter.get_traceback_text(), reporter.get_traceback_html()])

    def fail(key_pkcs8, *arguments, **more):
        kept = key_pkcs8
        raise RuntimeError(f"no seal for {len(kept)} bytes")

    monkeypatch.setattr(services, "seal_key", fail)
    got_request_exception.connect(keep)
    browser = Client(raise_request_exception=False)
    browser.force_login(administrator)
    try:
        answer = send(browser, makers.leaf(pki.services, key=pair.key), PASSWORD)
    finally:
        got_request_exception.disconnect(keep)
    assert answer.status_code == 500
    assert len(reports) == 2
    return answer.content + "".join(reports).encode()


def every_table():
    """What a dump of the database holds, in the text form of COPY (bytes in hex)."""
    dump = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                dump += b"".join(bytes(row) for row in rows)
    return dump


def files(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def assert_really_seen(seen, row):
    """Each place was looked at while there was something in it."""
    for place, sign in {
        "pages": row.fingerprint,
        "api": row.fingerprint,
        "admin": row.fingerprint,
        "errors": "RuntimeError",
        "mails": "certificaat is vervangen",
        "database": bytes(row.sealed_key).hex(),
        "broker": base64.b64encode(f'[["{row.pk}"]'.encode())[:40].decode(),
        "logs": "RuntimeError",
    }.items():
        assert sign.encode() in seen[place], place
    assert row.is_active
    assert row.proven_at
