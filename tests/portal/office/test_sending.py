"""The outbox with a real mail server, and with several workers at once."""

import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from portal.office import outbox, sending
from portal.office.models import OutgoingMail


class Letterbox:
    def __init__(self):
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        self.received.append(envelope)
        return "250 OK"


@pytest.fixture
def letterbox(settings):
    handler = Letterbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield handler
    controller.stop()


@pytest.fixture
def queued(monkeypatch):
    monkeypatch.setattr("portal.office.outbox.send_due_mail.delay", lambda: None)

    def queue(number):
        outbox.queue_mail(
            kind="password_reset",
            office=None,
            recipient="iemand@kantoor.example",
            dedupe_key=f"key {number}",
            subject="Stel een nieuw wachtwoord in voor Nextens",
            context={"url": f"http://127.0.0.1/{number}", "until": None},
        )

    return queue


def test_arrives_at_a_mail_server(db, letterbox, queued):
    queued(1)
    assert sending.send_due() == 1
    (envelope,) = letterbox.received
    assert envelope.rcpt_tos == ["iemand@kantoor.example"]
    assert OutgoingMail.objects.get().message_id.encode() in envelope.content
    assert b"Content-Type: multipart/alternative" in envelope.content


def test_waits_for_a_mail_server_that_is_away(db, letterbox, queued, settings):
    settings.EMAIL_PORT = 1
    queued(1)
    assert sending.send_due() == 0
    assert OutgoingMail.objects.get().last_error == "ConnectionRefusedError"


def test_workers_never_send_the_same_mail(transactional_db, queued, monkeypatch):
    sent = Counter()
    monkeypatch.setattr(
        "portal.office.sending.EmailMultiAlternatives.send",
        lambda message: sent.update([message.extra_headers["Message-ID"]]),
    )
    for number in range(40):
        queued(number)

    def work(_):
        try:
            return sending.send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(work, range(4))) == 40
    assert set(sent.values()) == {1}
    assert len(sent) == 40
