"""API tokens: shown once, kept as a digest, ended with their maker or office, noted when used."""

import datetime as dt
import logging
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.office import tokens
from portal.office.models import ApiToken, AuditEvent, Scope
from tests.factories import PASSWORD
from tests.people import logged_in, with_second_step

OFFICE = "/api/v1/office/"
PAGE = "/instellingen/koppelingen/"
AGAIN = "/instellingen/account/bevestigen/"
FORM = {"name": "Migratie Tool", "scopes": ["migrations:write", "certificates"], "days": "90"}


@pytest.fixture
def plain(office, administrator):
    return made(office, administrator)


@pytest.fixture
def browser(administrator):
    """The kantoorbeheerder, who gave the password once more."""
    client = logged_in(administrator)
    client.post(AGAIN, {"password": PASSWORD})
    return client


def made(office, by, expires_at=None, scopes=(Scope.MIGRATIONS_READ,)):
    return tokens.create_token(office=office, name="Proef", scopes=scopes, expires_at=expires_at, by=by)[1]


def ask(client, plain, keyword="Bearer"):
    return client.get(OFFICE, headers={"authorization": f"{keyword} {plain}"})


def test_api_says_for_whom_the_token_works(client, plain):
    answer = ask(client, plain)
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "name": "Nextens Demo",
            "trade_register_number": "12345678",
            "scopes": ["migrations:read"],
            "has_active_certificate": False,
            "max_file_bytes": 10 * 1024**3,
        },
    )


@pytest.mark.parametrize(
    "mangle",
    [
        lambda plain: plain[:-1],
        lambda plain: plain[:-1] + ("A" if plain[-1] != "A" else "B"),
        lambda plain: "nxt_00000000_" + plain[13:],
        lambda plain: plain + "\n",
        lambda plain: "ø" * 56,
        lambda plain: "",
    ],
)
def test_anything_else_is_refused_alike(client, plain, mangle):
    answer = ask(client, mangle(plain))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "Dit token is niet geldig.",
        "code": "authentication-failed",
        "errors": [],
    }


def test_without_a_token_nobody_is_known(client, administrator):
    assert client.get(OFFICE).status_code == 401
    assert logged_in(administrator).get(OFFICE).status_code == 401
    assert ask(client, "YTpi", keyword="Basic").status_code == 401


def test_token_ends_with_its_maker(client, plain, administrator):
    administrator.is_active = False
    administrator.save()
    assert ask(client, plain).status_code == 401


def test_token_ends_with_its_office(client, plain, office):
    office.is_active = False
    office.save()
    assert ask(client, plain).status_code == 401


def test_token_ends_when_its_maker_leaves_for_another_office(client, plain, administrator, neighbour):
    administrator.membership.office = neighbour
    administrator.membership.save()
    assert ask(client, plain).status_code == 401


def test_token_waits_for_the_second_step_of_its_maker(client, plain, office, administrator):
    office.mfa_required = True
    office.save()
    assert ask(client, plain).status_code == 401
    with_second_step(administrator)
    assert ask(client, plain).status_code == 200


def test_no_token_waits_in_a_demo(client, plain, office, settings):
    settings.DEMO = True
    office.mfa_required = True
    office.save()
    assert ask(client, plain).status_code == 200


def test_page_says_which_tokens_wait_and_for_what(office, administrator, staff_member):
    made(office, staff_member)
    made(office, administrator)
    browser = logged_in(with_second_step(administrator))
    assert "gepauzeerd" not in browser.get(PAGE).content.decode()
    office.mfa_required = True
    office.save()
    page = browser.get(PAGE).content.decode()
    assert page.count("gepauzeerd") == 1
    assert "medewerker@demo.example heeft nog geen tweestapsverificatie" in page
    staff_member.is_active = False
    staff_member.save()
    page = browser.get(PAGE).content.decode()
    assert page.count("gepauzeerd") == 1
    assert "medewerker@demo.example heeft hier geen toegang" in page
    # both can still be revoked
    assert page.count("Trek in") == 2


def test_token_ends_at_its_end(client, office, administrator, monkeypatch):
    now = timezone.now()
    plain = made(office, administrator, expires_at=now + dt.timedelta(days=30))
    assert ask(client, plain).status_code == 200
    monkeypatch.setattr("portal.office.tokens.timezone.now", lambda: now + dt.timedelta(days=30))
    assert ask(client, plain).status_code == 401


def test_only_the_digest_is_kept(plain):
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM office_apitoken t UNION SELECT a::text FROM office_auditevent a")
        kept = " ".join(row for (row,) in cursor.fetchall())
    assert plain[4:12] in kept
    assert plain[13:] not in kept


def test_no_token_is_logged(client, plain, caplog):
    caplog.set_level(logging.DEBUG)
    ask(client, plain)
    ask(client, plain[:-1])
    assert "/api/v1/office/" in caplog.text
    assert plain[13:-1] not in caplog.text


def test_use_is_noted_once_a_minute(client, plain, monkeypatch, django_assert_num_queries):
    ask(client, plain)
    first = ApiToken.objects.get().last_used_at
    # the token, its calls in this minute, the certificate: nothing is written to the token
    with django_assert_num_queries(3):
        ask(client, plain)
    later = first + tokens.USE_NOTED_EVERY
    monkeypatch.setattr("portal.office.tokens.timezone.now", lambda: later)
    ask(client, plain)
    assert ApiToken.objects.get().last_used_at == later


@pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["all"]}, {"digest": "geheim"}])
def test_database_refuses_impossible_tokens(plain, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(**wrong)


def shown(answer):
    return re.search(r'value="(nxt_[^"]+)"', answer.content.decode())[1]


def test_making_one_asks_for_the_password_first(client, administrator):
    browser = logged_in(administrator)
    assert browser.get(PAGE).status_code == 200
    answer = browser.post(PAGE, FORM)
    assert answer["Location"].startswith(f"{AGAIN}?next=")
    browser.post(answer["Location"], {"password": "verkeerd"})
    assert not ApiToken.objects.exists()
    answer = browser.post(answer["Location"], {"password": PASSWORD})
    assert "no-store" in answer["Cache-Control"]
    assert ask(client, shown(answer)).status_code == 200
    # it is shown at the address of the password, where the next one is not made
    assert f'<form method="post" action="{PAGE}"' in answer.content.decode()


def test_page_shows_a_new_token_once(client, browser):
    answer = browser.post(PAGE, FORM)
    assert "no-store" in answer["Cache-Control"]
    plain = shown(answer)
    assert ask(client, plain).json()["scopes"] == ["certificates", "migrations:write"]
    again = browser.get(PAGE).content.decode()
    assert plain[:12] in again
    assert plain[13:] not in again
    days_left = ApiToken.objects.get().expires_at - timezone.now()
    assert dt.timedelta(days=89) < days_left < dt.timedelta(days=90)


def test_list_costs_the_same_for_many(administrator, office, django_assert_max_num_queries):
    for _ in range(20):
        made(office, administrator)
    browser = logged_in(administrator)
    with django_assert_max_num_queries(4):
        assert browser.get("/instellingen/koppelingen/").content.decode().count("Trek in") == 20


def test_page_says_what_is_missing(browser):
    page = browser.post(PAGE, {"name": ""}).content.decode()
    assert '<a href="#id_name">Geef het token een naam.</a>' in page
    assert '<a href="#id_scopes_0">Kies ten minste één recht.</a>' in page
    assert not ApiToken.objects.exists()


def test_revoked_token_is_out_at_once_without_a_password(client, plain, administrator):
    token = ApiToken.objects.get()
    page = logged_in(administrator).post(f"{PAGE}{token.pk}/intrekken/", follow=True).content.decode()
    assert "Het token is ingetrokken." in page
    assert ask(client, plain).status_code == 401
    assert list(AuditEvent.objects.filter(target_id=token.pk).values_list("act", flat=True)) == [
        "token.revoked",
        "token.created",
    ]


def test_second_revocation_changes_nothing(plain, administrator):
    token = ApiToken.objects.get()
    assert tokens.revoke_token(token, by=administrator)
    assert not tokens.revoke_token(token, by=administrator)
    assert AuditEvent.objects.filter(act="token.revoked").count() == 1


def test_medewerker_neither_sees_nor_makes_tokens(staff_member, plain):
    browser = logged_in(staff_member)
    assert PAGE not in browser.get("/instellingen/").content.decode()
    assert browser.post(PAGE, {"name": "x", "scopes": ["certificates"]}).status_code == 403
    pk = ApiToken.objects.get().pk
    assert browser.post(f"{PAGE}{pk}/intrekken/").status_code == 403
