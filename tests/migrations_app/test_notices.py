"""How a migration ended, told to everybody once, whatever the mail server does."""

import socket
from contextlib import contextmanager

import pytest
from aiosmtpd.controller import Controller
from django.db import IntegrityError, transaction
from django.utils import timezone

from migrations_app import accepting, notices
from migrations_app.models import Part, Status
from portal.office import sending
from portal.office.models import Membership, OutgoingMail, Role, User
from tests.migrations_app.files import client, migration_file, part
from tests.migrations_app.pages.conftest import put
from tests.people import member_of

CLEAN = migration_file(part("clients", client(rsin="111222333")))
STARTER, FIRST, SECOND = "medewerker@demo.example", "beheerder@demo.example", "tweede@demo.example"
SUPPORT = "support@nextens.nl"


@pytest.fixture(autouse=True)
def nobody_sends(monkeypatch):
    monkeypatch.setattr("portal.office.outbox.send_due_mail.delay", lambda: None)


@pytest.fixture
def people(administrator, office):
    return administrator, member_of(office, Role.ADMINISTRATOR, SECOND)


def sent_to(kind):
    return sorted(OutgoingMail.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_completed(people, imported):
    job = imported(CLEAN)
    assert sent_to("migration_completed") == sorted([FIRST, STARTER, SECOND])
    mail = OutgoingMail.objects.filter(kind="migration_completed").first()
    assert mail.subject == f"Uw migratie is voltooid ({job.reference})"
    assert "1 van 1 aangekondigde gegevens zijn gemigreerd. Er zijn geen verschillen." in mail.text
    assert f"/instellingen/migratie/{job.pk}/" in mail.text


def test_with_warnings(people, imported):
    imported()
    assert len(sent_to("migration_completed_with_warnings")) == 3
    mail = OutgoingMail.objects.filter(kind="migration_completed_with_warnings").first()
    assert "2 van 4 gemigreerd; 3 vragen uw aandacht." in mail.text


def test_refused(people, checked):
    checked(b"PK\x03\x04")
    assert sent_to("migration_refused") == sorted([STARTER, FIRST, SECOND])


def test_cancelled(people, checked, administrator):
    assert accepting.cancel(checked(), by=administrator)
    assert sent_to("migration_cancelled") == sorted([STARTER, FIRST, SECOND])
    assert (
        "Er is niets gewijzigd in Nextens." in OutgoingMail.objects.filter(kind="migration_cancelled")[0].text
    )


def test_who_started_it_and_was_disabled_since_hears_nothing(people, checked, staff_member):
    job = checked()
    User.objects.filter(pk=staff_member.pk).update(is_active=False)
    assert accepting.cancel(job, by=people[0])
    assert sent_to("migration_cancelled") == sorted([FIRST, SECOND])


def test_who_started_it_and_works_elsewhere_now_hears_nothing(people, checked, staff_member, neighbour):
    job = checked()
    Membership.objects.filter(user=staff_member).update(office=neighbour)
    assert accepting.cancel(job, by=people[0])
    assert sent_to("migration_cancelled") == sorted([FIRST, SECOND])


def test_stopped_half_way_tells_what_stays(people, imported):
    job = put(imported(), Status.CANCELLED)
    notices.tell_end(job)
    mail = OutgoingMail.objects.filter(kind="migration_cancelled").first()
    assert "2 van 4 gegevens zijn al overgenomen en blijven staan." in mail.text
    assert "niets gewijzigd" not in mail.text


def test_failed_also_to_support(people, checked):
    job = put(checked(), Status.FAILED, finished_at=timezone.now(), reason="internal")
    Part.objects.filter(job=job, kind="clients").update(created=1)
    notices.tell_end(job)
    assert sent_to("migration_failed") == sorted([STARTER, FIRST, SECOND, SUPPORT])
    assert (
        "1 van 4 gegevens zijn al overgenomen" in OutgoingMail.objects.filter(kind="migration_failed")[0].text
    )


def test_starter_who_is_kantoorbeheerder_gets_one(imported, administrator):
    imported(CLEAN, by=administrator)
    assert sent_to("migration_completed") == [FIRST]


def test_told_twice_is_told_once(people, imported):
    job = imported(CLEAN)
    notices.tell_end(job)
    assert len(sent_to("migration_completed")) == 3
    key = OutgoingMail.objects.filter(kind="migration_completed").first().dedupe_key
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.create(kind="x", dedupe_key=key, recipient=FIRST, message_id="<x>")


def test_next_attempt_is_told_again(people, imported):
    job = imported(CLEAN)
    job.attempts += 1
    notices.tell_end(job)
    assert len(sent_to("migration_completed")) == 6


def test_address_of_any_length(people, imported, office):
    long = f"{'a' * 60}@{'.'.join(['b' * 60] * 3)}.example"
    member_of(office, Role.ADMINISTRATOR, long)
    imported(CLEAN)
    assert long in sent_to("migration_completed")


def test_no_name_number_or_amount(people, imported):
    imported()
    for mail in OutgoingMail.objects.all():
        for word in ("Bakkerij", "K9", "unknown-client", "VPB"):
            assert word not in mail.subject + mail.text + mail.html


class Letterbox:
    """Takes mails; of the first `cut` it closes the connection once the message is in, without a word."""

    def __init__(self, cut=0):
        self.cut = cut
        self.received = []

    async def handle_DATA(self, server, session, envelope):
        self.received.append(envelope)
        if self.cut:
            self.cut -= 1
            server.transport.abort()
        return "250 OK"


@contextmanager
def mail_server(settings, **options):
    handler = Letterbox(**options)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def ids_of(received):
    ids = [line for each in received for line in each.content.splitlines() if line.startswith(b"Message-ID")]
    return [(each.rcpt_tos[0], line) for each, line in zip(received, ids, strict=True)]


def make_due():
    OutgoingMail.objects.filter(state="waiting").update(next_attempt_at=timezone.now())


def test_server_away_at_the_end_loses_none(people, imported, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    imported(CLEAN)
    assert sending.send_due() == 0
    make_due()
    with mail_server(settings) as letterbox:
        sending.send_due()
    ends = [each for each in letterbox.received if b"voltooid" in each.content]
    assert sorted(each.rcpt_tos[0] for each in ends) == sorted([STARTER, FIRST, SECOND])


def test_connection_lost_behind_data_is_retried_under_the_same_id(people, imported, settings):
    imported(CLEAN)
    OutgoingMail.objects.exclude(kind="migration_completed").delete()
    with mail_server(settings, cut=1) as letterbox:
        assert sending.send_due() == 2
        make_due()
        assert sending.send_due() == 1
    told = ids_of(letterbox.received)
    assert len(told) == 4
    # who got it twice can see that it is one and the same
    assert len(set(told)) == 3
    assert len({message_id for _, message_id in told}) == 3
