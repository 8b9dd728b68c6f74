"""The support desk's pages: offices, people, mails and traces. Nothing is deleted, every look is told."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.office import audit, hours, support
from portal.office.models import (
    AuditEvent,
    LoginSession,
    Office,
    OutgoingMail,
    Role,
    SecondStepReset,
    User,
)
from portal.office.models.mail import MailState
from tests.factories import MembershipFactory
from tests.people import logged_in, with_second_step

MODELS = ("office", "user", "auditevent", "outgoingmail", "apitoken", "secondstepreset")
NO_INLINES = {
    f"{name}-{kind}": 0
    for name in ("opening_hours", "accepted_trade_register_numbers", "memberships")
    for kind in ("TOTAL_FORMS", "INITIAL_FORMS")
}


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


@pytest.fixture
def second(db):
    """Another Nextens administrator."""
    return logged_in(with_second_step(User.objects.create_superuser("tweede@nextens.example")))


@pytest.fixture
def mail(office):
    return OutgoingMail.objects.create(
        office=office,
        kind="migration_queued",
        dedupe_key="a",
        message_id="a",
        recipient="a@b.example",
        subject="Uw migratie",
        text="In de wachtrij",
        html="<p>In de wachtrij</p>",
    )


def page_of(row):
    return f"/admin/office/{row._meta.model_name}/{row.pk}/"


def acts(office):
    return list(AuditEvent.objects.filter(office=office).order_by("at", "id").values_list("act", flat=True))


@pytest.mark.parametrize("model", MODELS)
def test_lists(browser, administrator, mail, model):
    audit.record("office.tested", office=administrator.membership.office, by=administrator)
    assert browser.get(f"/admin/office/{model}/?q=e").status_code == 200


@pytest.mark.parametrize("model", [Office, User, AuditEvent, OutgoingMail])
def test_nothing_can_be_deleted(rf, nextens_administrator, model):
    request = rf.get("/")
    request.user = nextens_administrator
    assert not admin.site.get_model_admin(model).has_delete_permission(request)
    assert "delete_selected" not in admin.site.get_model_admin(model).get_actions(request)


def test_no_page_shows_or_changes_a_second_step():
    registered = {model._meta.app_label for model in admin.site._registry}
    assert registered == {"office", "certificates", "migrations_app"}


def test_start_leads_to_every_section(browser):
    page = browser.get("/admin/").content.decode()
    for address in set(re.findall(r'href="(/admin/[^"]+)"', page)):
        assert browser.get(address.replace("&amp;", "&"), follow=True).status_code == 200, address


def test_page_is_dutch_and_obeys_the_policy(browser, office):
    for at in ("/admin/", "/admin/office/office/", f"{page_of(office)}change/"):
        page = browser.get(at).content.decode()
        assert 'lang="nl"' in page
        assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=", page), at


def test_new_office_with_its_first_administrator(browser):
    form = {
        **NO_INLINES,
        "name": "Nieuw kantoor",
        "trade_register_number": "11223344",
        "administrator_email": "Eerste@Kantoor.example",
        "certificate_required": "on",
        "upload_quota_mib": "100",
        "opening_hours-TOTAL_FORMS": 1,
        "opening_hours-0-weekday": 0,
        "opening_hours-0-opens_at": "08:30",
        "opening_hours-0-closes_at": "17:00",
        "accepted_trade_register_numbers-TOTAL_FORMS": 1,
        "accepted_trade_register_numbers-0-number": "55667788",
    }
    assert browser.post("/admin/office/office/add/", form).status_code == 302
    office = Office.objects.get(name="Nieuw kantoor")
    assert office.accepted_numbers() == {"11223344", "55667788"}
    membership = office.memberships.get()
    assert (membership.user.email, membership.role) == ("eerste@kantoor.example", Role.ADMINISTRATOR)
    assert OutgoingMail.objects.get().kind == "invitation"
    assert acts(office) == ["office.changed", "user.invited"]
    trace = AuditEvent.objects.get(act="office.changed", office=office)
    assert {"KvK-nummer", "kantoortijden"} <= set(trace.facts["changed"].split(", "))


def test_new_office_works_on_weekdays_until_it_says_otherwise(browser):
    form = {
        **NO_INLINES,
        "name": "Nieuw kantoor",
        "trade_register_number": "11223344",
        "administrator_email": "eerste@kantoor.example",
    }
    assert browser.post("/admin/office/office/add/", form).status_code == 302
    assert hours.week_of(Office.objects.get(name="Nieuw kantoor")) == hours.DEFAULT_WEEK


def test_new_office_needs_somebody_new(browser, administrator):
    form = {
        **NO_INLINES,
        "name": "Nieuw",
        "trade_register_number": "11223344",
        "administrator_email": administrator.email,
    }
    page = browser.post("/admin/office/office/add/", form).content.decode()
    assert "Met dit e-mailadres is er al een gebruiker." in page
    assert not Office.objects.filter(name="Nieuw").exists()


def test_hours_are_filled_in_without_a_script(browser, office):
    at = f"{page_of(office)}change/"
    assert 'name="opening_hours-6-weekday"' in browser.get(at).content.decode()
    names = ("weekday", "opens_at", "closes_at")
    form = {
        **NO_INLINES,
        "name": office.name,
        "trade_register_number": office.trade_register_number,
        "opening_hours-TOTAL_FORMS": 7,
        **{f"opening_hours-{n}-{name}": "" for n in range(7) for name in names},
        **dict(zip((f"opening_hours-3-{name}" for name in names), (4, "08:00", "17:00"), strict=True)),
    }
    assert browser.post(at, form).status_code == 302
    assert office.opening_hours.get().weekday == 4


def test_short_night_is_refused(browser, office):
    hours = [(0, "08:00", "23:00"), (1, "04:00", "17:00")]
    form = {
        **NO_INLINES,
        "name": office.name,
        "trade_register_number": office.trade_register_number,
        "opening_hours-TOTAL_FORMS": 2,
        **{
            f"opening_hours-{n}-{name}": value
            for n, row in enumerate(hours)
            for name, value in zip(("weekday", "opens_at", "closes_at"), row, strict=True)
        },
    }
    page = browser.post(f"{page_of(office)}change/", form).content.decode()
    assert "Laat elke nacht ten minste zes uur achter elkaar gesloten." in page


def test_disabled_office_is_out_at_once(browser, office, administrator):
    inside = logged_in(administrator)
    at = f"{page_of(office)}uitschakelen/"
    assert "Iedereen van dit kantoor wordt meteen uitgelogd" in browser.get(at).content.decode()
    assert inside.get("/").status_code == 200
    browser.post(at)
    assert inside.get("/").status_code == 302
    assert not LoginSession.objects.filter(user=administrator).exists()
    assert "Dat kan nu niet." in browser.get(at).content.decode()
    browser.post(f"{page_of(office)}inschakelen/")
    assert logged_in(administrator).get("/").status_code == 200
    assert [act for act in acts(office) if act.startswith("office")] == ["office.disabled", "office.enabled"]


def test_act_that_was_done_leaves_no_second_trace(office, nextens_administrator):
    assert support.set_office_active(office, active=False, by=nextens_administrator)
    assert not support.set_office_active(office, active=False, by=nextens_administrator)


def test_somebody_is_invited_to_an_office(browser, office):
    at = f"/admin/office/user/add/?kvk={office.trade_register_number}"
    assert office.trade_register_number in browser.get(at).content.decode()
    form = {"office": office.trade_register_number, "email": "Nieuw@Kantoor.example", "role": "staff_member"}
    browser.post(at, form)
    user = User.objects.get(email="nieuw@kantoor.example")
    assert (user.membership.office, user.has_usable_password()) == (office, False)
    page = browser.post(at, form).content.decode()
    assert "Met dit e-mailadres is er al een gebruiker." in page
    browser.post(f"{page_of(user)}uitnodigen/")
    assert OutgoingMail.objects.filter(kind="invitation").count() == 2


def test_invitation_needs_an_office(browser):
    form = {"office": "00000000", "email": "x@y.example", "role": "staff_member"}
    assert "Er is geen kantoor met dit KvK-nummer." in browser.post("/admin/office/user/add/", form).text


def test_password_link(browser, staff_member):
    browser.post(f"{page_of(staff_member)}link/")
    assert "/wachtwoord-vergeten/" in OutgoingMail.objects.get().text


def test_user_is_disabled_and_enabled(browser, administrator, staff_member):
    browser.post(f"{page_of(staff_member)}uitschakelen/")
    staff_member.refresh_from_db()
    assert not staff_member.is_active
    browser.post(f"{page_of(staff_member)}inschakelen/")
    staff_member.refresh_from_db()
    assert staff_member.is_active
    answer = browser.post(f"{page_of(administrator)}uitschakelen/", follow=True).content.decode()
    assert "Dit is de enige kantoorbeheerder die kan inloggen." in answer


def test_administrator_is_disabled_by_another_only(browser, second, nextens_administrator):
    answer = browser.post(f"{page_of(nextens_administrator)}uitschakelen/", follow=True).content.decode()
    assert "Dit moet een andere beheerder doen." in answer
    second.post(f"{page_of(nextens_administrator)}uitschakelen/")
    assert browser.get("/admin/").status_code == 302


def test_second_step_goes_when_two_agree(browser, second, staff_member, office):
    with_second_step(staff_member)
    inside = logged_in(staff_member)
    browser.post(f"{page_of(staff_member)}tweede-stap/", {"reason": "telefoon kwijt, gebeld"})
    asked = SecondStepReset.objects.get()
    answer = browser.post(f"{page_of(asked)}akkoord/", follow=True).content.decode()
    assert "Dit moet een andere beheerder doen." in answer
    assert Authenticator.objects.filter(user=staff_member).exists()
    second.post(f"{page_of(asked)}akkoord/")
    assert not Authenticator.objects.filter(user=staff_member).exists()
    assert inside.get("/").status_code == 302
    assert OutgoingMail.objects.get().subject == "Nextens heeft uw tweestapsverificatie verwijderd"
    traces = [act for act in acts(office) if act.startswith("user.reset")]
    assert traces == ["user.reset_asked", "user.reset_agreed"]
    with pytest.raises(support.AlreadyDecidedError):
        support.decide_reset(asked, agreed=True, by=User.objects.get(email="tweede@nextens.example"))


def test_second_step_that_stays(browser, staff_member):
    with_second_step(staff_member)
    at = f"{page_of(staff_member)}tweede-stap/"
    assert "Dit veld is vereist." in browser.post(at, {"reason": ""}).content.decode()
    for _ in range(2):
        answer = browser.post(at, {"reason": "x"}, follow=True).content.decode()
    assert "Er staat al een verzoek open" in answer
    browser.post(f"{page_of(SecondStepReset.objects.get())}niet-akkoord/")
    assert Authenticator.objects.filter(user=staff_member).exists()


def test_nobody_resets_oneself_or_nothing(nextens_administrator, staff_member):
    with pytest.raises(support.NotYourselfError):
        support.ask_reset(nextens_administrator, reason="x", by=nextens_administrator)
    with pytest.raises(support.NothingToResetError):
        support.ask_reset(staff_member, reason="x", by=nextens_administrator)


def test_mail_is_shown_and_sent_again(browser, mail, office):
    OutgoingMail.objects.update(state=MailState.FAILED, attempts=20)
    at = f"{page_of(mail)}voorbeeld/"
    assert at in browser.get(f"{page_of(mail)}change/").content.decode()
    assert "In de wachtrij" in browser.get(at).content.decode()
    browser.post(f"{page_of(mail)}opnieuw/")
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)
    assert acts(office) == ["support.looked", "support.looked", "mail.sent_again"]


def test_mail_with_a_link_that_works_is_not_shown(browser, mail):
    OutgoingMail.objects.update(kind="invitation", text="geheim", html="geheim")
    page = browser.get(f"{page_of(mail)}change/").content.decode()
    assert "geheim" not in page and "voorbeeld" not in page
    assert browser.get(f"{page_of(mail)}voorbeeld/").status_code == 404


def test_sent_link_is_not_sent_again(browser, mail):
    OutgoingMail.objects.update(state=MailState.SENT, sent_at=mail.created_at, kind="password_reset", text="")
    browser.post(f"{page_of(mail)}opnieuw/")
    mail.refresh_from_db()
    assert mail.state == MailState.SENT


def test_every_look_is_in_the_offices_own_logbook(browser, office, administrator, neighbour):
    browser.get(f"{page_of(office)}change/")
    browser.get(f"{page_of(administrator)}change/")
    browser.get(f"/admin/office/outgoingmail/?kantoor={office.pk}")
    assert acts(office) == ["support.looked"] * 3
    assert acts(neighbour) == []
    logbook = logged_in(administrator).get("/instellingen/logboek/").content.decode()
    assert "Bekeken door Nextens" in logbook
    for what in ("kantoor", "gebruiker", "mails"):
        assert f"onderdeel: {what}" in logbook


def test_search_by_office_by_name_and_never_by_a_personal_number(browser, mail):
    at = "/admin/office/outgoingmail/"
    for words in ("12345678", "nextens d", "a@b.example"):
        assert "a@b.example" in browser.get(at, {"q": words}).content.decode(), words
    for words in ("b.example", "87654321"):
        assert "a@b.example" not in browser.get(at, {"q": words}).context["cl"].result_list, words
    assert "Zoek hier niet op een BSN of RSIN." in browser.get(at, {"q": "123456782"}).content.decode()


def test_list_of_one_office(browser, mail, neighbour):
    at = "/admin/office/outgoingmail/"
    shown = [
        len(browser.get(at, {"kantoor": pk}).context["cl"].result_list)
        for pk in (mail.office_id, neighbour.pk, "x")
    ]
    assert shown == [1, 0, 0]


def test_event_is_called_by_what_was_done(browser, office, administrator):
    event = audit.record("office.changed", office=office, by=administrator, name="Nieuw")
    page = browser.get(f"{page_of(event)}change/").content.decode()
    assert "Gebeurtenis Kantoorgegevens gewijzigd, " in page
    assert "office.changed" not in page


@pytest.mark.parametrize("yes", [True, False])
def test_no_is_a_word(browser, office, yes):
    Office.objects.update(is_active=yes)
    page = browser.get("/admin/office/office/").content.decode()
    assert f'field-active">{"ja" if yes else "nee"}<' in page
    assert "<img" not in page


@pytest.mark.parametrize("model", MODELS)
def test_lists_ask_the_database_little(browser, administrator, model):
    for _ in range(5):
        member = MembershipFactory()
        audit.record("office.changed", office=member.office, by=member.user)
    with CaptureQueriesContext(connection) as queries:
        browser.get(f"/admin/office/{model}/")
    assert len(queries) <= 12, [query["sql"][:90] for query in queries]


def test_more_pages_than_people_read_wait(browser, settings):
    settings.ADMIN_PAGES_PER_MINUTE = 2
    answers = [browser.get("/admin/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) <= 60


def test_password_is_changed_where_everybody_changes_it(browser):
    assert browser.get("/admin/password_change/")["Location"] == "/instellingen/account/wachtwoord/"


def test_somebody_of_an_office_is_no_administrator(staff_member):
    User.objects.filter(pk=staff_member.pk).update(is_staff=True, is_superuser=True)
    with_second_step(staff_member)
    staff_member.refresh_from_db()
    assert logged_in(staff_member).get("/admin/office/office/").status_code == 302
