"""certificates.revoking: what the worker finds, keeps and tells; an attempt in vain is no answer."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from certificates import problems, revoking, services, tasks
from certificates.models import Certificate
from certificates.revocation import Answer
from portal.celery import app
from portal.office.models import AuditEvent, OutgoingMail
from tests.certificates import pki as makers
from tests.certificates.authorities import (
    WebServer,
    crl_at,
    free_port,
    make_crl,
    ocsp_at,
    openssl_responder,
)
from tests.certificates.pki import DAY, NOW
from tests.people import logged_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    """Where the authorities of these tests publish."""
    server = WebServer()
    yield server
    server.close()


@pytest.fixture
def own(published, portal, office_pair, tmp_path):
    """A certificate whose whole path names lists: nothing is revoked, as long as a test says nothing else."""
    root = makers.authority("Test Root CA")
    services_ca = makers.authority("Test Services CA", root, more=[crl_at(published.url("/root.crl"))])
    (tmp_path / "trust" / "pki.pem").write_bytes(root.pem + services_ca.pem)
    published.pages |= {"/root.crl": make_crl(root), "/services.crl": make_crl(services_ca)}
    published.ca = services_ca
    return makers.leaf(services_ca, key=office_pair.key, more=[crl_at(published.url("/services.crl"))])


def revoke(published, pair):
    published.pages["/services.crl"] = make_crl(published.ca, pair)


def again(row):
    return Certificate.objects.get(pk=row.pk)


def test_a_certificate_that_stands(kept, own):
    row = kept(own, activate=True)
    tasks.check_revocation(str(row.pk))
    row = again(row)
    assert (row.checked_at, row.check_tried_at, row.revoked_at, row.is_active) == (NOW, NOW, None, True)
    assert services.cautions(row) == []
    assert not OutgoingMail.objects.exists()


def test_a_revoked_certificate_goes_out_of_use(kept, own, published, office, administrator, staff_member):
    row = kept(own, activate=True)
    revoke(published, own)
    tasks.check_revocation(str(row.pk))
    row = again(row)
    assert (row.revoked_at, row.is_active, row.checked_at) == (NOW - 2 * DAY, False, NOW)
    event = AuditEvent.objects.get(act="certificate.revoked")
    assert (event.office, event.actor, event.target_id) == (office, None, row.pk)
    assert event.facts["fingerprint"] == row.fingerprint
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.kind) == (administrator.email, "certificate_revoked")
    assert mail.subject == "Uw PKIoverheid-certificaat is ingetrokken"
    assert "ingetrokken op 20-11-2026" in mail.text
    assert "Uw kantoor heeft nu geen actief certificaat." in mail.text
    assert [point.text for point in services.attention(office)] == [
        "Certificaat is ingetrokken op 20-11-2026"
    ]


def test_a_revoked_certificate_cannot_be_made_active(kept, own, published, administrator):
    row = kept(own)
    revoke(published, own)
    revoking.check(row.pk)
    with pytest.raises(problems.Revoked):
        services.activate(certificate=row, by=administrator)
    assert "geen actief certificaat" not in OutgoingMail.objects.get().text
    page = logged_in(administrator).get("/instellingen/certificaten/").content.decode()
    assert "ingetrokken" in page
    assert "Maak actief" not in page


def test_revoked_is_said_once(kept, own, published):
    row = kept(own)
    revoke(published, own)
    revoking.check(row.pk)
    asked = len(published.asked)
    revoking.check(row.pk)
    assert len(published.asked) == asked
    assert AuditEvent.objects.filter(act="certificate.revoked").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_without_an_answer_the_warning_stays(kept, own, published, caplog, administrator):
    row = kept(own)
    published.pages.clear()
    with caplog.at_level(logging.WARNING):
        revoking.check(row.pk)
    row = again(row)
    assert (row.checked_at, row.check_tried_at, row.revoked_at) == (None, NOW, None)
    assert [found.code for found in services.cautions(row)] == ["revocation-not-checked"]
    assert "status-404" in caplog.text
    page = logged_in(administrator).get(f"/instellingen/certificaten/{row.pk}/").content.decode()
    assert "nog niet gecontroleerd; de uitgever gaf geen antwoord op 22-11-2026 19:00" in page


def test_an_answer_of_long_ago_is_no_answer(kept, own):
    row = kept(own)
    row.checked_at = NOW - timedelta(days=7)
    assert services.revocation_is_known(row)
    row.checked_at -= timedelta(seconds=1)
    assert not services.revocation_is_known(row)


def test_the_page_says_what_the_issuer_said(kept, own, administrator):
    row = kept(own)
    address = f"/instellingen/certificaten/{row.pk}/"
    assert "<dd>nog niet gecontroleerd</dd>" in logged_in(administrator).get(address).content.decode()
    revoking.check(row.pk)
    page = logged_in(administrator).get(address).content.decode()
    assert "niet ingetrokken, gecontroleerd op 22-11-2026 19:00" in page


def test_nothing_is_fetched_before_the_path_is_valid(kept, own, published, settings):
    row = kept(own)
    settings.PKIOVERHEID_TRUST_DIR = "/nowhere"
    revoking.check(row.pk)
    assert published.asked == []
    assert again(row).checked_at is None


def test_outside_tests_loopback_is_never_asked(kept, own, published, settings):
    settings.CERTIFICATE_STATUS_ALLOW_LOOPBACK = False
    row = kept(own)
    revoking.check(row.pk)
    assert published.asked == []
    assert again(row).checked_at is None


def test_a_certificate_that_was_deleted_meanwhile(kept, own, monkeypatch):
    row = kept(own)

    def deleted_while_asking(certificate, now):
        Certificate.objects.all().delete()
        return Answer(NOW)

    monkeypatch.setattr(revoking, "_ask", deleted_while_asking)
    revoking.check(row.pk)
    revoking.check(row.pk)
    assert not AuditEvent.objects.filter(act="certificate.revoked").exists()
    assert not OutgoingMail.objects.exists()


def test_openssl_revokes_it(kept, own, published, office_pair, tmp_path, monkeypatch):
    """The whole way: an uploaded certificate, OpenSSL's responder, and the row."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime.now(UTC))
    port, real = free_port(), datetime.now(UTC)
    pair = makers.leaf(
        published.ca,
        key=office_pair.key,
        start=real - DAY,
        end=real + 100 * DAY,
        more=[ocsp_at(f"http://127.0.0.1:{port}/")],
    )
    row = kept(pair, activate=True)
    with openssl_responder(tmp_path, port, published.ca, published.ca, pair, revoked=[pair]):
        tasks.check_revocation(str(row.pk))
    assert again(row).revoked_at == NOW - 2 * DAY
    assert not again(row).is_active


def test_upload_and_activation_ask_the_worker(
    kept, own, administrator, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(tasks.check_revocation, "delay", asked.append)
    with django_capture_on_commit_callbacks(execute=True):
        row = kept(own)
    assert asked == [str(row.pk)]
    with django_capture_on_commit_callbacks(execute=True):
        services.activate(certificate=row, by=administrator)
    assert asked == [str(row.pk)] * 2


@pytest.mark.parametrize(
    ("checked", "tried", "expected"),
    [
        (None, None, True),
        (None, timedelta(minutes=59), False),
        (None, timedelta(minutes=61), True),
        (timedelta(hours=23), timedelta(hours=23), False),
        (timedelta(hours=25), timedelta(minutes=59), False),
        (timedelta(hours=25), timedelta(hours=25), True),
    ],
)
def test_when_to_ask_again(kept, own, checked, tried, expected):
    row = kept(own)
    Certificate.objects.update(checked_at=checked and NOW - checked, check_tried_at=tried and NOW - tried)
    assert revoking.due() == ([row.pk] if expected else [])


def test_nobody_asks_about_what_is_over(kept, own, monkeypatch):
    row = kept(own)
    Certificate.objects.update(revoked_at=NOW)
    assert revoking.due() == []
    Certificate.objects.update(revoked_at=None)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=366))
    assert revoking.due() == []
    assert again(row).checked_at is None


def test_the_sweep_sends_a_message_each(kept, own, monkeypatch):
    row, asked = kept(own), []
    monkeypatch.setattr(tasks.check_revocation, "delay", asked.append)
    tasks.check_revocations()
    assert asked == [str(row.pk)]


def test_the_tasks_go_to_the_checks_queue():
    for task in (tasks.check_revocation, tasks.check_revocations, tasks.remind_of_expiry):
        assert app.amqp.router.route({}, task.name)["queue"].name == "checks"
