"""Gebruikersbeheer: invite, role, disable; an office keeps a kantoorbeheerder."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from portal.office import people
from portal.office.models import AuditEvent, Invitation, Membership, OutgoingMail, Role, User
from tests.factories import PASSWORD, UserFactory
from tests.people import logged_in, member_of

PAGE = "/instellingen/gebruikersbeheer/"
NEW = {"name": "Nieuw Hier", "new": "nog-een-lang-wachtwoord", "again": "nog-een-lang-wachtwoord"}


@pytest.fixture
def browser(administrator):
    client = logged_in(administrator)
    client.post("/instellingen/account/bevestigen/", {"password": PASSWORD})
    return client


def invite(browser, email="nieuw@demo.example", role="staff_member"):
    return browser.post(f"{PAGE}uitnodigen/", {"email": email, "role": role})


def secret_of(mail):
    return re.search(r"/uitnodiging/\?sleutel=(\S+)", mail.text)[1]


def test_lists_the_people_of_the_office_only(browser, staff_member, neighbour_administrator):
    page = browser.get(PAGE).content.decode()
    assert staff_member.email in page
    assert neighbour_administrator.email not in page


def test_list_costs_the_same_for_many(browser, office, django_assert_max_num_queries):
    for number in range(20):
        member_of(office, Role.STAFF_MEMBER, f"m{number}@demo.example")
    with django_assert_max_num_queries(6):
        browser.get(PAGE)


def test_a_large_office_comes_in_pages(browser, office):
    for number in range(60):
        member_of(office, Role.STAFF_MEMBER, f"m{number:02}@demo.example")
    first = browser.get(PAGE).content.decode()
    assert "1–50 van 61" in first  # noqa: RUF001 - as the page shows it
    assert "m59@demo.example" not in first
    assert "m59@demo.example" in browser.get(PAGE, {"page": 2}).content.decode()


def test_invited_person_sets_a_password_and_logs_in(browser, office):
    assert invite(browser, "Nieuw@demo.example")["Location"] == PAGE
    mail = OutgoingMail.objects.get()
    secret = secret_of(mail)
    assert mail.recipient == "nieuw@demo.example"
    assert secret not in str(Invitation.objects.values().get())
    visitor = Client()
    assert "Nextens Demo" in visitor.get("/uitnodiging/", {"sleutel": secret}).content.decode()
    assert visitor.post("/uitnodiging/", {"sleutel": secret, **NEW})["Location"] == "/inloggen/"
    login = visitor.post("/inloggen/", {"login": "nieuw@demo.example", "password": NEW["new"]})
    assert login["Location"] == "/"
    member = Membership.objects.get(user__email="nieuw@demo.example")
    assert (member.office, member.role, member.user.name) == (office, Role.STAFF_MEMBER, "Nieuw Hier")
    again = visitor.post("/uitnodiging/", {"sleutel": secret, **NEW}).content.decode()
    assert "Deze link is al gebruikt of niet meer geldig." in again


def test_weak_password_leaves_the_invitation(browser):
    invite(browser)
    secret = secret_of(OutgoingMail.objects.get())
    data = {"sleutel": secret, "name": "X", "new": "kort", "again": "kort"}
    assert "12 tekens" in Client().post("/uitnodiging/", data).content.decode()
    assert people.find_invitation(secret)


@pytest.mark.parametrize("how", ["old", "disabled", "office", "again"])
def test_invitation_ends(browser, administrator, office, how):
    invite(browser)
    secret = secret_of(OutgoingMail.objects.get())
    member = Membership.objects.get(user__email="nieuw@demo.example")
    if how == "old":
        Invitation.objects.update(expires_at=timezone.now())
    elif how == "disabled":
        people.disable(member, by=administrator)
    elif how == "office":
        type(office).objects.update(is_active=False)
    else:
        people.invite_again(member, by=administrator)
    with pytest.raises(people.NotInvitedError):
        people.accept(secret, name="X", password=NEW["new"])


def test_invited_person_cannot_log_in_before(browser, client):
    invite(browser)
    answer = client.post("/inloggen/", {"login": "nieuw@demo.example", "password": PASSWORD})
    assert "klopt niet" in answer.content.decode()


def test_address_that_is_known_is_not_invited(browser):
    UserFactory(email="bezet@demo.example")
    page = invite(browser, "Bezet@demo.example").content.decode()
    assert "Dit e-mailadres heeft al toegang tot Nextens." in page
    assert not OutgoingMail.objects.exists()


def test_changes_a_role(browser, staff_member):
    browser.post(f"{PAGE}{staff_member.pk}/", {"role": "administrator"})
    staff_member.membership.refresh_from_db()
    assert staff_member.membership.is_administrator
    assert AuditEvent.objects.get(act="user.role_changed").facts == {"role": "administrator"}


def test_disables_and_enables(browser, staff_member):
    theirs = logged_in(staff_member)
    browser.post(f"{PAGE}{staff_member.pk}/", {"disable": "1"})
    assert theirs.get("/").status_code == 302
    assert not staff_member.sessions.exists()
    browser.post(f"{PAGE}{staff_member.pk}/", {"enable": "1"})
    assert User.objects.get(pk=staff_member.pk).is_active


def test_asks_for_the_password_first(administrator, staff_member):
    client = logged_in(administrator)
    answer = client.post(f"{PAGE}{staff_member.pk}/", {"disable": "1"})
    assert answer["Location"].startswith("/instellingen/account/bevestigen/")
    assert User.objects.get(pk=staff_member.pk).is_active
    client.post(answer["Location"], {"password": PASSWORD})
    assert not User.objects.get(pk=staff_member.pk).is_active


def test_what_is_wrong_behind_the_password_is_mended_on_its_own_page(administrator):
    UserFactory(email="bezet@demo.example")
    client = logged_in(administrator)
    answer = invite(client, "bezet@demo.example")
    page = client.post(answer["Location"], {"password": PASSWORD}).content.decode()
    assert "heeft al toegang" in page and f'action="{PAGE}uitnodigen/"' in page


def test_a_role_that_is_none_is_mended_on_its_own_page_too(administrator, staff_member):
    client, own = logged_in(administrator), f"{PAGE}{staff_member.pk}/"
    answer = client.post(own, {"role": "baas"})
    page = client.post(answer["Location"], {"password": PASSWORD}).content.decode()
    assert "field-wrong" in page and page.count(f'action="{own}"') == 2


@pytest.mark.parametrize("data", [{"disable": "1"}, {"role": "staff_member"}])
def test_last_administrator_stays(browser, administrator, office, data):
    invited = UserFactory(email="later@demo.example", password=None)
    Membership.objects.create(user=invited, office=office, role=Role.ADMINISTRATOR)
    page = browser.post(f"{PAGE}{administrator.pk}/", data, follow=True).content.decode()
    assert "Er moet ten minste één kantoorbeheerder zijn" in page
    administrator.membership.refresh_from_db()
    assert administrator.membership.is_administrator
    assert User.objects.get(pk=administrator.pk).is_active


@pytest.mark.parametrize("data", [{"role": "koning"}, {"role": ""}])
def test_role_that_does_not_exist(browser, staff_member, data):
    assert browser.post(f"{PAGE}{staff_member.pk}/", data).status_code == 200
    staff_member.membership.refresh_from_db()
    assert staff_member.membership.role == Role.STAFF_MEMBER


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_go_together_leave_one(administrator, office):
    second = member_of(office, Role.ADMINISTRATOR, "tweede@demo.example")

    def go():
        try:
            people.disable(second.membership, by=administrator)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            people.disable(administrator.membership, by=administrator)
            other = thread.submit(go)
            with pytest.raises(TimeoutError):  # it waits for what is not committed yet
                other.result(0.5)
        with pytest.raises(people.LastAdministratorError):
            other.result(10)
    assert User.objects.get(is_active=True, membership__role=Role.ADMINISTRATOR) == second


def test_two_who_invite_the_same_address_at_once(office, administrator, monkeypatch):
    """Whoever comes second sees nobody yet, and is told by the database."""
    UserFactory(email="nieuw@demo.example")
    monkeypatch.setattr(QuerySet, "exists", lambda rows: False)
    with pytest.raises(people.AlreadyKnownError):
        people.invite(office=office, email="nieuw@demo.example", role=Role.STAFF_MEMBER, by=administrator)
    assert not OutgoingMail.objects.filter(kind="invitation").count()


@pytest.mark.parametrize("role", Role)
def test_who_cannot_administer_the_office_may_go(office, nextens_administrator, role):
    """Such as the first kantoorbeheerder, invited at a wrong address; or staff, where nobody accepted yet."""
    invited = UserFactory(email="fout@demo.example", password=None)
    Membership.objects.create(user=invited, office=office, role=Role.ADMINISTRATOR)
    gone = invited if role == Role.ADMINISTRATOR else member_of(office, role, "weg@demo.example")
    people.disable(gone.membership, by=nextens_administrator)
    assert not User.objects.get(pk=gone.pk).is_active
