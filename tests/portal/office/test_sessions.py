"""Sessions: whose they are, how long they last, how they are ended."""

import datetime as dt

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from portal.office import passwords, sessions, tasks
from portal.office.models import AuditEvent, EmailChange, LoginSession, OutgoingMail
from tests.factories import PASSWORD
from tests.people import code, logged_in

PAGE = "/instellingen/account/sessies/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:133.0) Gecko/20100101 Firefox/133.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"


def log_in(user, agent=FIREFOX, client=None):
    client = client or Client(HTTP_USER_AGENT=agent)
    client.post("/inloggen/", {"login": user.email, "password": PASSWORD})
    return client


def row_of(client):
    return LoginSession.objects.get(pk=client.session.session_key)


def age(client, seconds):
    """As if nothing was done for so long."""
    LoginSession.objects.filter(pk=client.session.session_key).update(
        expire_date=timezone.now() + dt.timedelta(seconds=settings.SESSION_COOKIE_AGE - seconds)
    )


def test_knows_whose_it_is(staff_member):
    row = row_of(log_in(staff_member))
    assert (row.user, row.address, row.browser) == (staff_member, "127.0.0.1", "Firefox op Windows")
    assert timezone.now() - row.started_at < dt.timedelta(minutes=1)


def test_what_somebody_does_prolongs_it(staff_member):
    client = log_in(staff_member)
    age(client, 3600)
    before = row_of(client).expire_date
    client.get("/klanten/")
    assert row_of(client).expire_date > before + dt.timedelta(minutes=50)


def test_of_an_administrator_is_short(nextens_administrator, settings, client):
    settings.ADMIN_SESSION_SECONDS = 600
    client.post("/inloggen/", {"login": nextens_administrator.email, "password": PASSWORD})
    client.post("/inloggen/tweede-stap/", {"code": code()})
    left = row_of(client).expire_date - timezone.now()
    assert dt.timedelta(minutes=9) < left < dt.timedelta(minutes=11)
    assert timezone.now() - sessions.last_seen(row_of(client)) < dt.timedelta(minutes=1)
    client.get("/admin/")
    assert int(client.get("/sessie/").json()["seconds"]) <= 600


def test_is_not_written_for_every_request(staff_member):
    client = log_in(staff_member)
    before = row_of(client).expire_date
    client.get("/klanten/")
    assert row_of(client).expire_date == before


def test_asking_how_long_prolongs_nothing(staff_member):
    client = log_in(staff_member)
    age(client, 3600)
    left = client.get("/sessie/").json()["seconds"]
    assert settings.SESSION_COOKIE_AGE - 3610 < left <= settings.SESSION_COOKIE_AGE - 3600
    assert client.get("/sessie/").json()["seconds"] <= left
    assert client.post("/sessie/verlengen/").json()["seconds"] > left + 3500


def test_ends_by_itself_and_keeps_where_somebody_was(staff_member):
    client = log_in(staff_member)
    age(client, settings.SESSION_COOKIE_AGE + 1)
    assert client.get("/sessie/").json() == {"seconds": 0}
    page = client.get("/klanten/?q=bakker", follow=True)
    assert page.redirect_chain == [("/inloggen/?next=/klanten/%3Fq%3Dbakker", 302)]
    assert "U bent uitgelogd omdat u een tijd niets heeft gedaan." in page.content.decode()


def test_page_carries_what_is_left_and_the_button(staff_member):
    page = log_in(staff_member).get("/klanten/").content.decode()
    assert f'data-session="{settings.SESSION_COOKIE_AGE - 1}"' in page or (
        f'data-session="{settings.SESSION_COOKIE_AGE}"' in page
    )
    assert ">Blijf ingelogd</button>" in page
    assert "data-session" not in Client().get("/inloggen/").content.decode()


def test_lists_and_ends_one(staff_member, administrator):
    here, there, third = log_in(staff_member), log_in(staff_member, SAFARI), log_in(staff_member)
    other = log_in(administrator)
    page = here.get(PAGE).content.decode()
    assert "Safari op iPhone" in page
    assert page.count("Deze browser") == 1
    assert not [key for key in LoginSession.objects.values_list("pk", flat=True) if key in page]
    here.post(PAGE, {"session": sessions.handle(there.session.session_key)})
    assert [client.get("/").status_code for client in (here, there, third, other)] == [200, 302, 200, 200]


def test_list_costs_the_same_for_many(staff_member, django_assert_max_num_queries):
    browser = log_in(staff_member)
    for _ in range(10):
        logged_in(staff_member)
    with django_assert_max_num_queries(4):
        assert browser.get(PAGE).content.decode().count("Onbekende browser") >= 1


def test_ends_all_others(staff_member, administrator):
    here, there, other = log_in(staff_member), log_in(staff_member, SAFARI), log_in(administrator)
    page = here.post(PAGE, follow=True).content.decode()
    assert "1 sessie is beëindigd." in page
    assert [client.get("/").status_code for client in (here, there, other)] == [200, 302, 200]
    assert AuditEvent.objects.get(act="user.sessions_ended").facts == {"count": 1}


def test_ends_nothing_of_others(staff_member, administrator):
    other = log_in(administrator)
    log_in(staff_member).post(PAGE, {"session": sessions.handle(other.session.session_key)})
    assert other.get("/").status_code == 200


def test_mail_at_a_login_from_something_new(staff_member):
    known = log_in(staff_member)
    assert not OutgoingMail.objects.exists()  # the first login of all is no surprise
    known.post("/uitloggen/")
    log_in(staff_member, client=known)
    assert not OutgoingMail.objects.exists()
    log_in(staff_member, SAFARI)
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.recipient) == ("new_login", staff_member.email)
    assert "Safari op iPhone" in mail.text
    assert "127.0.0.1" in mail.text


def test_browser_of_one_is_new_for_another(staff_member, administrator):
    shared = log_in(staff_member)
    shared.post("/uitloggen/")
    log_in(administrator).post("/uitloggen/")
    log_in(administrator, client=shared)
    assert OutgoingMail.objects.get().recipient == administrator.email


def test_cookie_of_another_maker_makes_no_browser_known(staff_member):
    log_in(staff_member)
    forged = Client()
    forged.cookies["bekend"] = "browser.0123456789abcdef"
    log_in(staff_member, client=forged)
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("what", ["user", "office"])
def test_disabled_is_out_within_one_request(staff_member, office, what):
    client = log_in(staff_member)
    assert client.get("/").status_code == 200
    disabled = staff_member if what == "user" else office
    disabled.is_active = False
    disabled.save(update_fields=["is_active"])
    assert client.get("/").status_code == 302


def test_session_costs_no_query_more_than_djangos(staff_member, django_assert_num_queries):
    client = logged_in(staff_member)
    with django_assert_num_queries(2):  # session and person
        client.get("/sessie/")


def test_what_has_ended_is_forgotten(staff_member):
    kept, ended = log_in(staff_member), log_in(staff_member)
    age(ended, settings.SESSION_COOKIE_AGE + 1)
    EmailChange.objects.create(
        user=staff_member,
        new_email="n@demo.example",
        old_digest="a",
        new_digest="b",
        expires_at=timezone.now(),
    )
    tasks.forget_old()
    assert LoginSession.objects.get().pk == kept.session.session_key
    assert not EmailChange.objects.exists()


def test_forgotten_password_leaves_none_of_them(staff_member):
    log_in(staff_member)
    staff_member.refresh_from_db()
    visitor = Client()
    path = passwords.password_link(staff_member).removeprefix(settings.PORTAL_URL)
    form = visitor.get(path, follow=True).request["PATH_INFO"]
    new = "nog-een-lang-wachtwoord"
    assert visitor.post(form, {"password1": new, "password2": new}).status_code == 302
    assert sessions.own_sessions(staff_member) == []
