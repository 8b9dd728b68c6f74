"""Logging in (S1), out, and a forgotten password."""

import re
import time

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.office import adapters, login, throttle
from portal.office.login import NAME_COOKIE
from portal.office.models import AuditEvent, OutgoingMail, Role
from tests.factories import PASSWORD
from tests.people import code, member_of

OWN = {"login": "beheerder@demo.example", "password": PASSWORD}
WRONG = "De gebruikersnaam of het wachtwoord klopt niet."


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


def log_in(client, name, password=PASSWORD, **more):
    return client.post("/inloggen/", {"login": name, "password": password, **more})


def text_of(response):
    return response.content.decode()


def test_logs_in_whatever_the_case(client, administrator):
    response = log_in(client, " Beheerder@DEMO.example ")
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200
    assert AuditEvent.objects.get().act == "user.logged_in"


def test_page_asked_for_is_kept(client, administrator):
    page = client.get("/inloggen/?next=/instellingen/account/")
    assert '<input type="hidden" name="next" value="/instellingen/account/">' in text_of(page)
    assert log_in(client, administrator.email, next="/instellingen/account/")["Location"] == (
        "/instellingen/account/"
    )


@pytest.mark.parametrize("elsewhere", ["https://kwaad.example/", "//kwaad.example/", "javascript:alert(1)"])
def test_never_sends_elsewhere(client, administrator, elsewhere):
    assert log_in(client, administrator.email, next=elsewhere)["Location"] == "/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login", "niemand@demo.example"),
        ("login", "geen adres"),
        ("password", "verkeerd"),
        ("is_active", False),
        ("office", None),
    ],
)
def test_every_failure_looks_the_same(client, administrator, office, field, value):
    given = {"login": administrator.email, "password": PASSWORD}
    if field == "is_active":
        administrator.is_active = False
        administrator.save()
    elif field == "office":
        office.is_active = False
        office.save()
    else:
        given[field] = value
    response = client.post("/inloggen/", given)
    assert response.status_code == 200
    assert re.findall(r"<li>(.*?)</li>", text_of(response)) == [f'<a href="#id_login">{WRONG}</a>']
    assert "_auth_user_id" not in client.session


def test_empty_fields_are_named(client, db):
    page = text_of(client.post("/inloggen/", {}))
    assert "<title>Fout: Inloggen" in page
    assert '<a href="#id_login">Vul uw gebruikersnaam in.</a>' in page
    assert '<a href="#id_password">Vul uw wachtwoord in.</a>' in page
    assert 'aria-describedby="id_login_error"' in page


def test_guessing_is_slowed(client, administrator):
    for _ in range(5):
        log_in(client, administrator.email, "verkeerd")
    page = text_of(log_in(client, administrator.email))
    assert "Er is te vaak geprobeerd in te loggen. Probeer het over 5 minuten opnieuw." in page
    assert "_auth_user_id" not in client.session
    assert client.post("/inloggen/", OWN, REMOTE_ADDR="198.51.100.9")["Location"] == "/"


def test_guesses_of_others_keep_nobody_out_of_her_own_browser(client, administrator):
    log_in(client, administrator.email)
    client.post("/uitloggen/")
    for _ in range(8):
        log_in(Client(), administrator.email, "verkeerd")
    assert log_in(client, administrator.email)["Location"] == "/"


def test_names_that_do_not_exist_are_slowed_alike(client, administrator):
    answers = []
    for name in (administrator.email, "niemand@demo.example"):
        pages = [text_of(log_in(Client(REMOTE_ADDR=name_address(name)), name, "verkeerd")) for _ in range(7)]
        answers.append([re.findall(r"<li>(.*?)</li>", page) for page in pages])
    assert answers[0] == answers[1]


def name_address(name):
    return "192.0.2.1" if name.startswith("niemand") else "192.0.2.2"


@pytest.mark.parametrize(
    "name", ["beheerder@demo.example", "niemand@demo.example", "uitgenodigd@demo.example"]
)
def test_one_hash_whether_the_name_exists_or_not(client, administrator, office, hashed, name):
    invited = member_of(office, Role.STAFF_MEMBER, "uitgenodigd@demo.example")
    invited.set_unusable_password()
    invited.save()
    hashed.clear()
    log_in(client, name, "verkeerd")
    assert len(hashed) == 1


@pytest.fixture
def hashed(monkeypatch):
    """Each time that a password is hashed."""
    times = []
    encode, verify = Argon2PasswordHasher.encode, Argon2PasswordHasher.verify
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda *args: times.append(1) or encode(*args))
    monkeypatch.setattr(Argon2PasswordHasher, "verify", lambda *args: times.append(1) or verify(*args))
    return times


def queries_of(client, name):
    """Of a login; without savepoints, which are the tests' own."""
    with CaptureQueriesContext(connection) as queries:
        log_in(client, name)
    statements = [query["sql"].strip() for query in queries.captured_queries]
    return [sql[:80] for sql in statements if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def test_costs_ten_queries_at_most(client, administrator, monkeypatch):
    monkeypatch.setattr("portal.office.outbox.send_due_mail.delay", lambda: None)
    first = queries_of(client, administrator.email)
    assert len(first) == 9, first
    client.post("/uitloggen/")
    known = queries_of(client, administrator.email)
    assert len(known) == 7, known
    # one more leaves the mail about it
    elsewhere = queries_of(Client(), administrator.email)
    assert len(elsewhere) == 10, elsewhere


def test_name_under_attack_waits_a_moment(client, administrator, monkeypatch):
    slept = []
    monkeypatch.setattr(adapters.time, "sleep", slept.append)
    for number in range(40):
        throttle.password_attempt(administrator.email, f"10.0.0.{number}")
    assert log_in(client, administrator.email)["Location"] == "/"
    assert slept == [throttle.LONGEST_WAIT]


def test_session_gets_another_key(client, administrator):
    client.get("/inloggen/")
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    log_in(client, administrator.email)
    assert client.session.session_key != before


def test_remembers_the_name_and_nothing_else(client, administrator):
    log_in(client, administrator.email, remember_name="on")
    assert client.cookies[NAME_COOKIE]["httponly"]
    assert client.cookies["sessionid"]["max-age"] == ""
    client.post("/uitloggen/")
    page = text_of(client.get("/inloggen/"))
    assert 'value="beheerder@demo.example"' in page
    assert re.search(r"<input[^>]*autofocus[^>]*id_password|id_password[^>]*autofocus", page)


def test_forgets_the_name(client, administrator):
    log_in(client, administrator.email, remember_name="on")
    client.post("/uitloggen/")
    log_in(client, administrator.email)
    assert client.cookies[NAME_COOKIE].value == ""


def test_remembered_name_of_another_maker_is_ignored(client, db):
    client.cookies[NAME_COOKIE] = "iemand@demo.example"
    assert "iemand@demo.example" not in text_of(client.get("/inloggen/"))


def test_logging_out_is_a_post(client, administrator):
    client.force_login(administrator)
    assert "Wilt u uitloggen?" in text_of(client.get("/uitloggen/"))
    assert client.get("/").status_code == 200
    assert client.post("/uitloggen/")["Location"] == "/inloggen/"
    assert client.get("/").status_code == 302


def test_administration_has_no_login_of_its_own(client, nextens_administrator):
    response = client.post(
        "/admin/login/?next=/admin/", {"username": "admin@nextens.example", "password": PASSWORD}
    )
    assert response["Location"] == "/inloggen/?next=/admin/"
    assert log_in(client, "admin@nextens.example", next="/admin/")["Location"] == "/inloggen/tweede-stap/"
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.post("/inloggen/tweede-stap/", {"code": code()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_no_sign_up(client, db):
    for path in ("/signup/", "/accounts/signup/", "/inloggen/signup/", "/accounts/login/"):
        assert client.get(path).status_code == 404


def new_password_page(client, name):
    client.post("/wachtwoord-vergeten/", {"email": name})
    link = re.search(r"https?://[^/]+(/wachtwoord-vergeten/\S+)", OutgoingMail.objects.get().text)
    return client.get(link[1], follow=True), link[1]


def test_forgotten_password(client, administrator):
    page, _ = new_password_page(client, "Beheerder@demo.example")
    action = page.request["PATH_INFO"]
    new = {"password1": "nog-een-lang-wachtwoord", "password2": "nog-een-lang-wachtwoord"}
    assert client.post(action, new)["Location"] == "/wachtwoord-vergeten/klaar/"
    assert log_in(client, administrator.email, "nog-een-lang-wachtwoord")["Location"] == "/"


def test_link_works_once(client, administrator):
    page, link = new_password_page(client, administrator.email)
    new = {"password1": "nog-een-lang-wachtwoord", "password2": "nog-een-lang-wachtwoord"}
    client.post(page.request["PATH_INFO"], new)
    assert "Deze link is al gebruikt of niet meer geldig." in text_of(client.get(link, follow=True))


def test_weak_new_password_is_refused(client, administrator):
    page, _ = new_password_page(client, administrator.email)
    answer = text_of(client.post(page.request["PATH_INFO"], {"password1": "kort", "password2": "kort"}))
    assert "<title>Fout: Nieuw wachtwoord" in answer
    assert "Dit wachtwoord is te kort." in answer
    new = {"password1": "nog-een-lang-wachtwoord", "password2": "iets-heel-anders"}
    answer = text_of(client.post(page.request["PATH_INFO"], new))
    assert "De twee wachtwoorden zijn niet gelijk." in answer


@pytest.mark.parametrize("who", ["stranger", "disabled", "disabled office"])
def test_forgotten_password_tells_nothing(client, administrator, office, who):
    name = "niemand@demo.example" if who == "stranger" else administrator.email
    if who == "disabled":
        type(administrator).objects.update(is_active=False)
    if who == "disabled office":
        type(office).objects.update(is_active=False)
    response = client.post("/wachtwoord-vergeten/", {"email": name})
    assert response["Location"] == "/wachtwoord-vergeten/verzonden/"
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("who", ["owner", "stranger", "disabled"])
def test_forgotten_password_takes_as_long_for_every_name(client, administrator, who, monkeypatch):
    slept = []
    monkeypatch.setattr(login.time, "sleep", slept.append)
    type(administrator).objects.update(is_active=who != "disabled")
    began = time.monotonic()
    client.post(
        "/wachtwoord-vergeten/", {"email": "niemand@x.nl" if who == "stranger" else administrator.email}
    )
    assert slept[0] < login.FORGOTTEN_SECONDS < time.monotonic() - began + slept[0]
