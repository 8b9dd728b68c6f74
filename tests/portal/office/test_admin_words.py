"""What the administration calls its lists, its rows and what is in them: Dutch, and the same everywhere."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.office import audit
from portal.office.administration.site import MENU
from portal.office.models import OutgoingMail, Scope
from portal.office.tokens import create_token
from tests.people import logged_in


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


@pytest.fixture
def winter_noon(monkeypatch):
    """When it is an hour later in Amsterdam than in UTC."""
    now = dt.datetime(2026, 1, 5, 11, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)


def headed(page):
    """Title, last crumb and heading."""
    title = re.search(r"<title>(.*?) – Nextens beheer</title>", page)  # noqa: RUF001 - as the page has it
    crumb = re.search(r'class="breadcrumbs">.*&rsaquo;\s*(.*?)\s*</div>', page, re.DOTALL)
    return [re.sub(r"\s+", " ", each[1]) for each in (title, crumb, re.search(r"<h1>(.*?)</h1>", page))]


@pytest.mark.parametrize(("text", "name"), MENU)
def test_page_is_called_as_in_the_menu(browser, text, name):
    assert headed(browser.get(reverse(name)).content.decode()) == [str(text)] * 3


def test_event_and_the_way_back_to_its_list(browser, office, administrator, winter_noon):
    event = audit.record("office.changed", office=office, by=administrator)
    page = browser.get(reverse("admin:office_auditevent_change", args=[event.pk])).content.decode()
    assert "Gebeurtenis Kantoorgegevens gewijzigd, 05-01-2026 12:00" in page
    assert f'<a href="{reverse("admin:office_auditevent_changelist")}">Logboek</a>' in page


def test_mail_is_called_by_its_subject(browser, office, winter_noon):
    mail = OutgoingMail.objects.create(
        office=office,
        kind="invitation",
        dedupe_key="a",
        message_id="a",
        recipient="a@b.example",
        subject="Uw toegang",
    )
    page = browser.get(reverse("admin:office_outgoingmail_change", args=[mail.pk])).content.decode()
    assert "Mail Uw toegang, 05-01-2026 12:00" in page
    assert "invitation" not in page


def test_rights_of_a_token_are_words(browser, office, administrator):
    until = timezone.now() + dt.timedelta(days=1)
    token, _plain = create_token(
        office=office, name="Proef", scopes=list(Scope), expires_at=until, by=administrator
    )
    page = browser.get(reverse("admin:office_apitoken_change", args=[token.pk])).content.decode()
    for scope in Scope:
        assert str(scope.label) in page
        assert f"{scope.value}<" not in page and f"{scope.value}," not in page
    assert token.digest not in page


def test_who_has_no_office_has_a_dash(browser, nextens_administrator):
    page = browser.get(reverse("admin:office_user_change", args=[nextens_administrator.pk])).content.decode()
    # nor a last login
    assert page.count('<div class="readonly">-</div>') == 3


def test_trail_says_to_whom_at_the_cost_of_one_query(
    browser, office, administrator, staff_member, nextens_administrator, django_assert_max_num_queries
):
    address = reverse("admin:office_auditevent_changelist")
    audit.record("office.changed", office=office, by=administrator, target=office)
    audit.record("user.logged_in", office=office, by=administrator, target=administrator)
    with CaptureQueriesContext(connection) as without:
        assert "gebruiker:" not in browser.get(address).content.decode()
    for _ in range(50):
        event = audit.record("user.disabled", office=office, by=administrator, target=staff_member)
    with django_assert_max_num_queries(min(len(without) + 1, 12)):
        page = browser.get(address).content.decode()
    assert page.count("gebruiker: medewerker@demo.example") == 50
    one = browser.get(reverse("admin:office_auditevent_change", args=[event.pk])).content.decode()
    assert "gebruiker: medewerker@demo.example" in one
