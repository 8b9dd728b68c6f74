"""Mails: queued in the caller's transaction, sent once, kept when the mail server is away."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail as post
from django.db import transaction
from django.utils import timezone

from portal.office import outbox, sending
from portal.office.models import OutgoingMail
from portal.office.models.mail import MailState

TOTALS = {
    "reference": "MIG-2026-0042",
    "file_name": "15102021135603.zip",
    "report_url": "/instellingen/migratie/0/",
    "day": timezone.now(),
    "announced": 5670,
    "migrated": 5640,
    "skipped": 10,
    "rejected": 20,
    "warnings": 0,
    "remarks": 30,
}
KINDS = (
    "migration_queued",
    "migration_completed",
    "migration_completed_with_warnings",
    "migration_failed",
    "migration_refused",
    "migration_cancelled",
)


@pytest.fixture
def woken(monkeypatch):
    calls = []
    monkeypatch.setattr("portal.office.outbox.send_due_mail.delay", lambda: calls.append(1))
    return calls


def queue(office, kind="migration_completed", key="a", **context):
    outbox.queue_mail(
        kind=kind,
        office=office,
        recipient="beheerder@demo.example",
        dedupe_key=key,
        subject="Uw migratie is voltooid (MIG-2026-0042)",
        context={**TOTALS, **context},
        thread="MIG-2026-0042",
    )


def test_same_occasion_is_one_mail(office, woken):
    queue(office)
    queue(office)
    assert OutgoingMail.objects.count() == 1


def test_rolled_back_with_its_cause(office, woken):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue(office)
        1 / 0  # noqa: B018
    assert not OutgoingMail.objects.exists()
    assert not woken


def test_worker_is_woken_after_the_commit(office, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queue(office)
        assert not woken
    assert woken


def test_goes_out_once(office, woken):
    queue(office)
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    assert len(post.outbox) == 1
    assert OutgoingMail.objects.get().state == MailState.SENT


def test_headers(office, woken):
    queue(office, key="a")
    queue(office, key="b")
    sending.send_due()
    first, second = post.outbox
    assert first.message()["Auto-Submitted"] == "auto-generated"
    assert first.message()["X-Auto-Response-Suppress"] == "All"
    assert first.message()["Message-ID"] != second.message()["Message-ID"]
    assert (
        first.message()["References"]
        == second.message()["References"]
        == "<MIG-2026-0042.thread@nextens.example>"
    )
    assert first.reply_to == ["support@nextens.nl"]


@pytest.mark.parametrize("kind", KINDS)
def test_text_and_html(office, woken, kind):
    queue(office, kind)
    row = OutgoingMail.objects.get()
    address = "http://127.0.0.1:8000/instellingen/migratie/0/"
    assert f"{address}\n" in row.text
    assert f'href="{address}"' in row.html
    for body in (row.text, row.html):
        assert "15102021135603.zip" in body
        assert "MIG-2026-0042" in body
        assert "{" not in body.replace("{ ", "").split("@media")[0]
    assert len(row.html) < 100_000


def test_styles_are_inlined_and_dark_mode_kept(office, woken):
    queue(office)
    html = OutgoingMail.objects.get().html
    assert 'class="head" style="' in html
    assert "prefers-color-scheme: dark" in html


def test_name_that_people_chose_stays_out(office, woken):
    queue(office, file_name="Bakkerij A 123456782.zip")
    row = OutgoingMail.objects.get()
    assert "Bakkerij" not in row.text + row.html


def test_text_is_not_escaped_for_html(office, woken):
    office.name = "Jansen & Zn."
    queue(office)
    assert "voor Jansen & Zn." in OutgoingMail.objects.get().text


def test_failed_tells_what_is_there(office, woken):
    queue(office, "migration_failed", key="some")
    queue(office, "migration_failed", key="none", migrated=0)
    none, some = OutgoingMail.objects.order_by("dedupe_key")
    assert "5.640 van 5.670 gegevens zijn al overgenomen" in some.text
    assert "niets gewijzigd" not in some.text
    assert "Er is niets gewijzigd in Nextens." in none.text


@pytest.fixture
def broken_server(monkeypatch):
    def refuse(message):
        raise smtplib.SMTPServerDisconnected("beheerder@demo.example")

    monkeypatch.setattr("portal.office.sending.EmailMultiAlternatives.send", refuse)


def test_server_away_loses_nothing(office, woken, broken_server):
    queue(office)
    assert sending.send_due() == 0
    row = OutgoingMail.objects.get()
    assert (row.state, row.attempts, row.last_error) == (MailState.WAITING, 1, "SMTPServerDisconnected")
    assert row.next_attempt_at > timezone.now() + timedelta(minutes=1)


def test_gives_up_and_says_so(office, woken, broken_server):
    queue(office)
    OutgoingMail.objects.update(attempts=sending.MOST_ATTEMPTS - 1)
    sending.send_due()
    assert OutgoingMail.objects.get().state == MailState.FAILED


def test_mail_in_hand_is_nobody_elses(office, woken):
    queue(office)
    assert sending.claim() is not None
    assert sending.claim() is None


def test_mail_of_a_worker_that_died_comes_back(office, woken):
    queue(office)
    sending.claim()
    OutgoingMail.objects.update(next_attempt_at=timezone.now())
    assert sending.send_due() == 1


def test_one_time_link_is_not_kept(administrator, client, woken):
    client.post("/wachtwoord-vergeten/", {"email": administrator.email})
    sending.send_due()
    row = OutgoingMail.objects.get()
    assert (row.text, row.html) == ("", "")
    assert "Deze link werkt eenmalig, tot " in post.outbox[0].body


def test_address_that_no_server_can_be_told_holds_up_nothing(office, woken):
    queue(office, key="a")
    OutgoingMail.objects.update(recipient="a@\u00ad.nl", attempts=sending.MOST_ATTEMPTS - 1)
    queue(office, key="b")
    assert sending.send_due() == 1
    failed = OutgoingMail.objects.get(dedupe_key="a")
    assert (failed.state, failed.last_error) == (MailState.FAILED, "UnicodeError")
