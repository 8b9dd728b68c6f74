"""Somebody's own account: name, password, e-mail address."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from portal.office import email_change
from portal.office.models import AuditEvent, EmailChange, OutgoingMail, User
from tests.factories import PASSWORD, UserFactory
from tests.people import logged_in

NEW = "nog-een-lang-wachtwoord"
CONFIRM = "/e-mailadres-bevestigen/"


@pytest.fixture
def browser(staff_member):
    client = logged_in(staff_member)
    client.post("/instellingen/account/bevestigen/", {"password": PASSWORD})
    return client


def change_password(client, present=PASSWORD, new=NEW, again=NEW):
    data = {"present": present, "new": new, "again": again}
    return client.post("/instellingen/account/wachtwoord/", data)


def test_name(browser, staff_member):
    browser.post("/instellingen/account/", {"name": "Sam Bakker"})
    staff_member.refresh_from_db()
    assert staff_member.name == "Sam Bakker"
    assert "Vul uw naam in." in browser.post("/instellingen/account/", {"name": " "}).content.decode()


def test_password_ends_the_other_sessions(browser, staff_member):
    elsewhere = logged_in(staff_member)
    assert change_password(browser)["Location"] == "/instellingen/account/"
    assert staff_member.sessions.count() == 1
    assert browser.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    staff_member.refresh_from_db()
    assert staff_member.check_password(NEW)
    assert OutgoingMail.objects.get().subject == "Uw wachtwoord is gewijzigd"
    assert AuditEvent.objects.filter(act="user.password_changed").exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"present": "verkeerd"}, "Het huidige wachtwoord klopt niet."),
        ({"again": "iets-heel-anders"}, "De twee wachtwoorden zijn niet gelijk."),
        (
            {"new": "kort", "again": "kort"},
            "Dit wachtwoord is te kort. Kies er een van ten minste 12 tekens.",
        ),
        ({"new": "password1234", "again": "password1234"}, "Dit wachtwoord wordt te vaak gebruikt."),
        (
            {"new": "medewerker@demo", "again": "medewerker@demo"},
            "Dit wachtwoord lijkt te veel op uw naam of e-mailadres.",
        ),
        ({"present": ""}, "Vul uw huidige wachtwoord in."),
        ({"new": ""}, "Vul een nieuw wachtwoord in."),
        ({"again": ""}, "Vul het nieuwe wachtwoord nog eens in."),
    ],
)
def test_password_that_is_not_changed(browser, staff_member, data, sentence):
    assert sentence in change_password(browser, **data).content.decode()
    staff_member.refresh_from_db()
    assert staff_member.check_password(PASSWORD)


def ask(browser, new="nieuw@demo.example"):
    """Ask for a new address; the links by recipient."""
    browser.post("/instellingen/account/e-mailadres/", {"email": new})
    mails = OutgoingMail.objects.filter(kind="email_change")
    return {mail.recipient: re.search(r"sleutel=(\S+)", mail.text)[1] for mail in mails}


def test_email_counts_when_both_confirmed(browser, staff_member):
    links = ask(browser, "Nieuw@Demo.example")
    old = staff_member.email
    assert set(links) == {old, "nieuw@demo.example"}
    visitor = Client()
    assert "Bevestig de wijziging" in visitor.get(CONFIRM, {"sleutel": links[old]}).content.decode()
    first = visitor.post(CONFIRM, {"sleutel": links["nieuw@demo.example"]}).content.decode()
    assert "Open nu ook de link die naar het andere adres is gestuurd." in first
    assert User.objects.get(pk=staff_member.pk).email == old
    second = visitor.post(CONFIRM, {"sleutel": links[old]}).content.decode()
    assert "Uw e-mailadres is gewijzigd." in second
    assert User.objects.get(pk=staff_member.pk).email == "nieuw@demo.example"
    assert OutgoingMail.objects.get(kind="account_changed").recipient == old


def test_one_address_twice_is_not_both(browser, staff_member):
    links = ask(browser)
    for _ in range(2):
        Client().post(CONFIRM, {"sleutel": links["nieuw@demo.example"]})
    assert User.objects.get(pk=staff_member.pk).email == "medewerker@demo.example"


def test_new_request_ends_the_old_links(browser):
    before = ask(browser)
    ask(browser, "anders@demo.example")
    for secret in before.values():
        assert email_change.find(secret) is None


def test_link_ends_in_time(browser):
    links = ask(browser)
    EmailChange.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    for secret in (*links.values(), "", "onzin"):
        assert "niet meer geldig" in Client().post(CONFIRM, {"sleutel": secret}).content.decode()


def test_address_of_somebody_else_gets_no_mail_and_is_not_told(browser):
    UserFactory(email="bezet@demo.example")
    answer = browser.post("/instellingen/account/e-mailadres/", {"email": "bezet@demo.example"}, follow=True)
    assert "Wij hebben een link gestuurd" in answer.content.decode()
    assert not OutgoingMail.objects.filter(recipient="bezet@demo.example").exists()


def test_address_that_was_taken_meanwhile(browser, staff_member):
    links = ask(browser)
    UserFactory(email="nieuw@demo.example")
    pages = [Client().post(CONFIRM, {"sleutel": secret}).content.decode() for secret in links.values()]
    assert "niet meer geldig" in pages[-1]
    assert User.objects.get(pk=staff_member.pk).email == "medewerker@demo.example"


def test_link_is_kept_as_a_digest_only(browser):
    links = ask(browser)
    kept = str(EmailChange.objects.values().get())
    assert not [secret for secret in links.values() if secret in kept]


def confirm_behind(act, secret):
    """What comes of a link that waits while `act` is done to the request for an address."""

    def confirm():
        try:
            return email_change.confirm(secret)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            act()
            waiting = thread.submit(confirm)
            with pytest.raises(TimeoutError):  # for what is not committed yet
                waiting.result(0.5)
        return waiting.result(10)


@pytest.mark.django_db(transaction=True)
def test_link_opened_twice_at_once(browser):
    links = ask(browser)
    assert confirm_behind(EmailChange.objects.all().delete, links["nieuw@demo.example"]) is None


@pytest.mark.django_db(transaction=True)
def test_link_of_an_earlier_request_confirms_nothing_of_the_next(browser, staff_member):
    links = ask(browser)
    own = links[staff_member.email]
    assert confirm_behind(lambda: email_change.ask(staff_member, "anders@demo.example"), own) is None
    assert EmailChange.objects.get().new_confirmed_at is None
