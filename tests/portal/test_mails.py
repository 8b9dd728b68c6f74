"""Every kind of mail, as it goes out: what each must hold to, and the pages that show them."""

import re
from pathlib import Path

import pytest
from django.core import mail as post

from migrations_app import notices
from migrations_app.models import MigrationJob, Status
from portal import mails
from portal.mail_examples import EXAMPLES
from portal.office import sending
from portal.office.models import OutgoingMail
from tests.people import logged_in

LIST = "/admin/mails/voorbeelden/"
KINDS = {path.stem for path in Path("templates/mail").glob("*.txt")} - {"base", "migration"}


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


def test_every_kind_has_an_example():
    assert {example.kind for example in EXAMPLES.values()} == KINDS


@pytest.mark.parametrize("name", EXAMPLES)
def test_mail_holds_to_the_rules(name):
    mail = mails.made(EXAMPLES[name], "gebruiker@kantoor.example")
    headers = sending.message(mail).message()
    both = mail.text + re.sub("<style.*?</style>", "", mail.html, flags=re.DOTALL)
    assert len(mail.subject) <= 70
    assert mail.subject in mail.text
    assert re.search(r"^https?://\S+$", mail.text, re.MULTILINE)
    assert len(mail.html.encode()) <= 100_000
    assert not re.search("[0-9]{9}", mail.subject + re.sub(r"[0-9]{14}\.zip|https?://\S+", "", both))
    assert "€" not in mail.subject + both
    assert "{{" not in both
    assert "{%" not in both
    assert headers["Auto-Submitted"] == "auto-generated"
    assert 'lang="nl"' in mail.html
    # nothing is fetched to read it
    assert not re.search(r"<img|<link|url\(|src=", mail.html)


def test_examples_of_migrations_have_their_real_subjects(office, administrator, monkeypatch):
    numbers = notices.Totals(announced=1, migrated=1, skipped=0, rejected=0, warnings=3, remarks=3)
    monkeypatch.setattr(notices, "totals", lambda job: numbers)
    job = MigrationJob(office=office, created_by=administrator, reference="MIG-2026-0042")
    notices.tell_queued(job)
    for status in (
        Status.COMPLETED,
        Status.COMPLETED_WITH_WARNINGS,
        Status.FAILED,
        Status.REFUSED,
        Status.CANCELLED,
    ):
        job.status = status
        notices.tell_end(job)
    real = set(OutgoingMail.objects.values_list("kind", "subject"))
    shown = {(example.kind, example.subject) for example in EXAMPLES.values()}
    # the late one is told to support alone, see alarms
    ends = {(kind, subject) for kind, subject in shown if kind.startswith("migration_")}
    assert real == {(kind, subject) for kind, subject in ends if kind != "migration_late"}


def test_pages_name_and_show_every_kind(browser):
    page = browser.get(LIST).content.decode()
    for name in EXAMPLES:
        assert f'href="{LIST}{name}/"' in page
        answer = browser.get(f"{LIST}{name}/")
        assert answer.status_code == 200
        assert "Auto-Submitted: auto-generated" in answer.content.decode()


def test_html_stands_in_a_frame_that_may_do_nothing(browser):
    answer = browser.get(f"{LIST}nieuw-apparaat/?breedte=320&kleur=donker")
    page = answer.content.decode()
    assert '<iframe sandbox srcdoc="&lt;!DOCTYPE html&gt;' in page
    assert 'width="320"' in page
    assert "@media all {" in page
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "script-src 'self';" in answer["Content-Security-Policy"] + ";"


@pytest.mark.parametrize(
    "address", ["bestaat-niet/", "nieuw-apparaat/?breedte=1", "nieuw-apparaat/?kleur=geel"]
)
def test_what_does_not_exist_is_not_shown(browser, address):
    assert browser.get(LIST + address).status_code == 404


def test_test_mail_goes_to_who_asks(browser, nextens_administrator, monkeypatch):
    monkeypatch.setattr("portal.office.outbox.send_due_mail.delay", lambda: None)
    page = browser.post(f"{LIST}migratie-niet-gelukt/", follow=True).content.decode()
    assert "De test staat klaar voor verzending naar uw eigen adres." in page
    assert sending.send_due() == 1
    assert post.outbox[0].to == [nextens_administrator.email]
    assert post.outbox[0].subject == EXAMPLES["migratie-niet-gelukt"].subject


def test_list_of_mails_leads_here(browser):
    assert f'href="{LIST}"' in browser.get("/admin/office/outgoingmail/").content.decode()
