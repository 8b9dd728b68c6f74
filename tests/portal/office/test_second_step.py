"""The second step: at the login, setting it up, and who must have it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from portal.office import mfa
from portal.office.models import AuditEvent, OutgoingMail
from tests.factories import PASSWORD
from tests.people import APP_SECRET, code, logged_in, with_second_step

PAGES = "/instellingen/account/tweestapsverificatie/"
STEP = "/inloggen/tweede-stap/"


def begin(user, client=None, **more):
    client = client or Client()
    client.post("/inloggen/", {"login": user.email, "password": PASSWORD, **more})
    return client


def confirmed(user):
    """A browser in which `user` has just confirmed the password."""
    client = logged_in(user)
    client.post("/instellingen/account/bevestigen/", {"password": PASSWORD})
    return client


@pytest.fixture
def secured(staff_member):
    return with_second_step(staff_member)


def test_password_alone_does_not_log_in(secured):
    client = begin(secured, next="/klanten/")
    assert client.get("/")["Location"].startswith("/inloggen/")
    assert client.post(STEP, {"code": code()})["Location"] == "/klanten/"
    assert client.get("/").status_code == 200


def test_code_of_the_step_before_is_good_too(secured):
    assert begin(secured).post(STEP, {"code": code(-1)}).status_code == 302


def test_code_works_once(secured):
    used = code()
    assert begin(secured).post(STEP, {"code": used}).status_code == 302
    cache.clear()  # where allauth remembers it for a shorter time than it is good
    page = begin(secured).post(STEP, {"code": f"{used[:3]} {used[3:]}"})
    assert "De code klopt niet." in page.content.decode()


def test_guessing_codes_is_slowed(secured):
    client = begin(secured)
    for _ in range(5):
        assert "De code klopt niet." in client.post(STEP, {"code": "000000"}).content.decode()
    page = client.post(STEP, {"code": code()}).content.decode()
    assert "Er is te vaak geprobeerd in te loggen." in page
    assert begin(secured).post(STEP, {"code": code()}).status_code == 200


def test_second_step_without_the_first(client, db):
    assert client.get(STEP)["Location"] == "/inloggen/"


def test_disabled_between_the_steps(secured):
    client = begin(secured)
    secured.is_active = False
    secured.save()
    assert client.post(STEP, {"code": code()})["Location"] == "/inloggen/"
    assert not AuditEvent.objects.filter(act="user.logged_in").exists()


def test_connects_an_app_and_gives_recovery_codes(staff_member, django_capture_on_commit_callbacks):
    client = confirmed(staff_member)
    page = client.get(f"{PAGES}app/").content.decode()
    assert '<svg class="qr"' in page
    secret = client.session["mfa.totp.secret"]
    assert "".join(re.search(r'class="secret">(.*?)</code>', page)[1].split()) == secret
    wrong = client.post(f"{PAGES}app/", {"code": "000000"}).content.decode()
    assert "De code klopt niet." in wrong
    assert secret == client.session["mfa.totp.secret"]
    session = client.session
    session["mfa.totp.secret"] = APP_SECRET
    session.save()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{PAGES}app/", {"code": code()})
    codes = client.get(answer["Location"]).content.decode()
    recovery = re.findall(r"<li><code>(\d{8})</code>", codes)
    assert len(recovery) == 10
    subjects = list(OutgoingMail.objects.values_list("subject", flat=True))
    assert subjects == ["Er is een authenticator-app aan uw account gekoppeld"]
    assert AuditEvent.objects.filter(act="user.app_added").exists()
    assert begin(staff_member).post(STEP, {"code": recovery[0]}).status_code == 302
    assert begin(staff_member).post(STEP, {"code": recovery[0]}).status_code == 200


def test_secrets_are_not_kept_in_the_clear(secured):
    kept = Authenticator.objects.get()
    assert APP_SECRET not in str(kept.data)
    assert kept.wrap().validate_code(code())


def test_changing_asks_for_the_password_again(secured):
    client = logged_in(secured)
    pk = Authenticator.objects.get().pk
    answer = client.post(f"{PAGES}verwijderen/", {"factor": pk, "sure": "1"})
    assert answer["Location"].startswith("/instellingen/account/bevestigen/?next=")
    assert Authenticator.objects.exists()
    wrong = client.post(answer["Location"], {"password": "verkeerd"}).content.decode()
    assert "Het wachtwoord klopt niet." in wrong
    client.post(answer["Location"], {"password": PASSWORD})
    assert not Authenticator.objects.exists()


def test_password_asked_again_is_throttled(secured):
    client = logged_in(secured)
    for _ in range(6):
        page = client.post("/instellingen/account/bevestigen/", {"password": "verkeerd"}).content.decode()
    assert "Er is te vaak geprobeerd in te loggen." in page


def test_removes_after_asking(secured):
    client = confirmed(secured)
    pk = Authenticator.objects.get().pk
    page = client.post(f"{PAGES}verwijderen/", {"factor": pk})
    assert "Authenticator-app verwijderen" in page.content.decode()
    assert Authenticator.objects.filter(pk=pk).exists()
    client.post(f"{PAGES}verwijderen/", {"factor": pk, "sure": "1"})
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("pk", ["0", "", "x", "9" * 30, "²"])
def test_removes_nothing_of_others(secured, administrator, pk):
    theirs = Authenticator.objects.get().pk
    for factor in (pk, theirs):
        answer = confirmed(administrator).post(f"{PAGES}verwijderen/", {"factor": factor, "sure": "1"})
        assert answer.status_code == 404
    assert Authenticator.objects.exists()


def test_new_recovery_codes_end_the_old(secured):
    client = confirmed(secured)
    client.post(f"{PAGES}herstelcodes/nieuw/")
    old = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()
    client.post(f"{PAGES}herstelcodes/nieuw/")
    assert begin(secured).post(STEP, {"code": old[0]}).status_code == 200


@pytest.fixture
def demanding(office):
    office.mfa_required = True
    office.save()


def test_office_can_require_it(demanding, staff_member):
    client = logged_in(staff_member)
    assert client.get("/klanten/")["Location"] == PAGES
    page = client.get(PAGES).content.decode()
    assert "Voor uw account is tweestapsverificatie verplicht." in page
    assert client.get("/help/").status_code == 200
    with_second_step(staff_member)
    assert client.get("/klanten/").status_code == 200


def test_office_that_requires_it_keeps_the_last_one(demanding, secured):
    client = confirmed(secured)
    data = {"factor": Authenticator.objects.get().pk, "sure": "1"}
    page = client.post(f"{PAGES}verwijderen/", data, follow=True).content.decode()
    assert "Tweestapsverificatie is verplicht." in page
    assert Authenticator.objects.exists()


def test_nextens_administrators_must_have_it(nextens_administrator):
    Authenticator.objects.all().delete()
    assert logged_in(nextens_administrator).get("/admin/")["Location"] == PAGES
    assert logged_in(nextens_administrator).get(PAGES).status_code == 200


def test_demo_does_not_ask(nextens_administrator, demanding, staff_member, settings):
    settings.DEMO = True
    assert not mfa.is_required(nextens_administrator)
    assert not mfa.is_required(staff_member)


def test_costs_no_query_of_its_own(demanding, secured, django_assert_num_queries):
    client = logged_in(secured)
    with django_assert_num_queries(2):  # session and person
        client.get("/sessie/")


def test_who_came_in_without_it_is_out_once_it_is_there(staff_member):
    other, own = begin(staff_member), confirmed(staff_member)
    assert other.get("/").status_code == 200
    own.get(f"{PAGES}app/")
    session = own.session
    session["mfa.totp.secret"] = APP_SECRET
    session.save()
    assert own.post(f"{PAGES}app/", {"code": code()}).status_code == 302
    assert [client.get("/").status_code for client in (other, own)] == [302, 200]
