"""The administration of offices, people, traces and mails."""

import pytest
from django.contrib import admin

from portal.office import audit
from portal.office.models import AuditEvent, Membership, Office, OutgoingMail, User
from portal.office.models.mail import MailState
from tests.people import logged_in

OFFICE_MODELS = ("office", "user", "auditevent", "outgoingmail")


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


@pytest.fixture
def mail(office):
    return OutgoingMail.objects.create(
        office=office,
        kind="migration_queued",
        dedupe_key="a",
        message_id="a",
        recipient="a@b.example",
        text="geheim",
    )


@pytest.mark.parametrize("model", OFFICE_MODELS)
def test_lists(browser, administrator, mail, model):
    audit.record("office.tested", office=administrator.membership.office, by=administrator)
    assert browser.get(f"/admin/office/{model}/?q=e").status_code == 200


@pytest.mark.parametrize("model", [Office, User, AuditEvent, OutgoingMail])
def test_nothing_can_be_deleted(rf, nextens_administrator, model):
    request = rf.get("/")
    request.user = nextens_administrator
    assert not admin.site.get_model_admin(model).has_delete_permission(request)


def test_office_with_people_and_hours(browser, staff_member):
    Membership.objects.all().delete()
    form = {
        "name": "Nieuw kantoor",
        "trade_register_number": "11223344",
        "is_active": "on",
        "opening_hours-TOTAL_FORMS": 1,
        "opening_hours-INITIAL_FORMS": 0,
        "opening_hours-0-weekday": 0,
        "opening_hours-0-opens_at": "08:30",
        "opening_hours-0-closes_at": "17:00",
        "accepted_trade_register_numbers-TOTAL_FORMS": 1,
        "accepted_trade_register_numbers-INITIAL_FORMS": 0,
        "accepted_trade_register_numbers-0-number": "55667788",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-user": str(staff_member.pk),
        "memberships-0-role": "administrator",
    }
    assert browser.post("/admin/office/office/add/", form).status_code == 302
    office = Office.objects.get(name="Nieuw kantoor")
    assert office.accepted_numbers() == {"11223344", "55667788"}
    assert office.memberships.get().user == staff_member
    trace = AuditEvent.objects.get(act="office.changed", office=office)
    assert "KvK-nummer" in trace.facts["changed"].split(", ")
    assert "kantoortijden" in trace.facts["changed"].split(", ")


def test_short_night_is_refused(browser, office):
    hours = [(0, "08:00", "23:00"), (1, "04:00", "17:00")]
    form = {
        "name": office.name,
        "trade_register_number": office.trade_register_number,
        "is_active": "on",
        "opening_hours-TOTAL_FORMS": 2,
        "opening_hours-INITIAL_FORMS": 0,
        **{
            f"opening_hours-{n}-{name}": value
            for n, row in enumerate(hours)
            for name, value in zip(("weekday", "opens_at", "closes_at"), row, strict=True)
        },
        "accepted_trade_register_numbers-TOTAL_FORMS": 0,
        "accepted_trade_register_numbers-INITIAL_FORMS": 0,
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    page = browser.post(f"/admin/office/office/{office.pk}/change/", form).content.decode()
    assert "Laat elke nacht ten minste zes uur achter elkaar gesloten." in page


def test_new_user_sets_the_password_by_link(browser):
    browser.post("/admin/office/user/add/", {"email": "Nieuw@Kantoor.example", "is_active": "on"})
    user = User.objects.get(email="nieuw@kantoor.example")
    assert not user.has_usable_password()
    browser.post("/admin/office/user/", {"action": "send_link", "_selected_action": str(user.pk)})
    assert "/wachtwoord-vergeten/" in OutgoingMail.objects.get().text


def test_mail_shows_its_state_and_not_its_text(browser, mail):
    page = browser.get(f"/admin/office/outgoingmail/{mail.pk}/change/").content.decode()
    assert "a@b.example" in page
    assert "geheim" not in page


def test_failed_mail_is_sent_again(browser, mail):
    OutgoingMail.objects.update(state=MailState.FAILED, attempts=20)
    browser.post("/admin/office/outgoingmail/", {"action": "resend", "_selected_action": str(mail.pk)})
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)


def test_sent_link_is_not_sent_again(browser, mail):
    OutgoingMail.objects.update(state=MailState.SENT, sent_at=mail.created_at, kind="password_reset", text="")
    browser.post("/admin/office/outgoingmail/", {"action": "resend", "_selected_action": str(mail.pk)})
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
