"""certificates.reminding and the mails: at 8, 4 and 1 week, each once, none once a newer one is active."""

import re
from datetime import timedelta

import pytest

from certificates import services, tasks
from certificates.models import Certificate
from portal.office.models import OutgoingMail, Role
from tests.certificates import pki as makers
from tests.certificates.pki import NOW
from tests.people import member_of

pytestmark = pytest.mark.django_db
END = NOW + timedelta(days=365)
SUPPORT = "support@nextens.nl"


@pytest.fixture
def mails_at(monkeypatch):
    """The mails that the scheduler leaves when so many days are left: (recipient, subject)."""

    def at(days):
        known = set(OutgoingMail.objects.values_list("pk", flat=True))
        monkeypatch.setattr("django.utils.timezone.now", lambda: END - timedelta(days=days))
        tasks.remind_of_expiry()
        rows = OutgoingMail.objects.exclude(pk__in=known).order_by("recipient")
        return list(rows.values_list("recipient", "subject"))

    return at


def test_each_once(kept, office_pair, administrator, staff_member, mails_at):
    kept(office_pair, activate=True)
    to = administrator.email
    assert mails_at(57) == []
    assert mails_at(56) == [(to, "Uw PKIoverheid-certificaat verloopt over 8 weken (22-11-2027)")]
    assert mails_at(55) == mails_at(40) == []
    assert mails_at(28) == [(to, "Herinnering: uw PKIoverheid-certificaat verloopt op 22-11-2027")]
    assert mails_at(27) == []
    urgent = "Dringend: uw PKIoverheid-certificaat verloopt over 1 week (22-11-2027)"
    assert mails_at(7) == [(to, urgent), (SUPPORT, urgent)]
    assert mails_at(6) == mails_at(1) == mails_at(0) == mails_at(-1) == []


def test_what_was_missed_is_not_caught_up(kept, office_pair, mails_at):
    kept(office_pair, activate=True)
    (mail,) = mails_at(20)
    assert mail[1] == "Herinnering: uw PKIoverheid-certificaat verloopt op 22-11-2027"
    assert mails_at(20) == []


def test_a_new_administrator_hears_nothing_twice(kept, office_pair, office, mails_at):
    kept(office_pair, activate=True)
    assert len(mails_at(56)) == 1
    member_of(office, Role.ADMINISTRATOR, "nieuw@demo.example")
    assert mails_at(50) == []
    assert len(mails_at(28)) == 2


def test_none_once_a_newer_one_is_active(kept, office_pair, pki, mails_at, administrator):
    kept(office_pair, activate=True)
    assert len(mails_at(56)) == 1
    newer = makers.leaf(pki.services, key=office_pair.key, end=END + timedelta(days=365))
    services.activate(certificate=kept(newer), by=administrator)
    OutgoingMail.objects.all().delete()
    assert mails_at(28) == mails_at(7) == []


def test_one_that_waits_to_be_made_active_is_named(kept, office_pair, pki, mails_at):
    kept(office_pair, activate=True)
    mails_at(56)
    assert "Nog geen nieuw certificaat geüpload." in OutgoingMail.objects.latest("pk").text
    kept(makers.leaf(pki.services, key=office_pair.key, end=END + timedelta(days=365)))
    mails_at(28)
    text = OutgoingMail.objects.latest("pk").text
    assert "Er staat een nieuw certificaat in Nextens" in text
    assert "Nog geen nieuw certificaat" not in text


def test_none_about_what_is_not_active(kept, office_pair, mails_at):
    kept(office_pair)
    assert mails_at(28) == []


def test_none_to_an_office_that_left(kept, office_pair, office, mails_at):
    kept(office_pair, activate=True)
    type(office).objects.update(is_active=False)
    assert mails_at(28) == []


def test_the_texts_of_the_table(kept, office_pair, mails_at):
    kept(office_pair, activate=True)
    for days, sentence in (
        (56, "Start nu met de aanvraag; dat advies staat ook in Nextens."),
        (28, "Nog geen nieuw certificaat geüpload."),
        (7, "Daarna kunt u geen aangiften meer verzenden."),
    ):
        mails_at(days)
        mail = OutgoingMail.objects.latest("pk")
        assert sentence in mail.text
        assert sentence in mail.html
        assert "/instellingen/certificaten/" in mail.text
        assert not re.search(r"\b[0-9]{9}\b", mail.text)


def test_a_replaced_certificate_is_told(kept, office_pair, pki, administrator, staff_member):
    first = kept(office_pair, activate=True)
    assert not OutgoingMail.objects.exists()
    second = kept(makers.leaf(pki.services, key=office_pair.key), activate=True, by=staff_member)
    mail = OutgoingMail.objects.get()
    assert (mail.recipient, mail.subject) == (
        administrator.email,
        "Uw PKIoverheid-certificaat is vervangen",
    )
    assert "Actief vanaf nu tot 22-11-2027. Was u dit niet? Neem contact op met support." in mail.text
    services.activate(certificate=first, by=staff_member)
    assert OutgoingMail.objects.count() == 2
    assert Certificate.objects.get(is_active=True) == first != second
