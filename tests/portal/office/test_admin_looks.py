"""What the support desk looks at and sends is told to the office, in its trail."""

import pytest

from portal.office.models import AuditEvent, OutgoingMail
from tests.people import logged_in


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


def page_of(row):
    return f"/admin/office/{row._meta.model_name}/{row.pk}/"


def acts(office):
    return list(AuditEvent.objects.filter(office=office).order_by("at", "id").values_list("act", flat=True))


def test_link_for_a_password_is_in_the_trail(browser, administrator, office):
    browser.post(f"{page_of(administrator)}link/")
    assert OutgoingMail.objects.get().kind == "password_reset"
    assert acts(office) == ["user.link_sent"]


def test_page_that_asks_is_a_look_too(browser, staff_member, administrator, office):
    browser.get(f"{page_of(staff_member)}uitschakelen/")
    browser.post(f"{page_of(staff_member)}uitschakelen/")
    assert acts(office) == ["support.looked", "user.disabled"]


@pytest.mark.parametrize("words", ["12345678", "beheerder@demo.example", "nextens demo"])
def test_search_that_finds_one_office_is_a_look(
    browser, administrator, office, neighbour_administrator, words
):
    browser.get("/admin/office/user/", {"q": words})
    assert acts(office) == ["support.looked"]
    assert AuditEvent.objects.get(office=office).facts == {"what": "gebruikers"}
    assert acts(neighbour_administrator.membership.office) == []


def test_list_of_all_is_a_look_at_nobody(browser, administrator, office):
    browser.get("/admin/office/user/")
    browser.get("/admin/office/user/", {"q": "geen"})
    assert acts(office) == []


def test_no_history_beside_the_trail(browser, administrator):
    assert browser.get(f"{page_of(administrator)}history/").status_code == 404


def test_pages_warn_before_the_session_ends(browser, administrator):
    for at in ("/admin/", f"{page_of(administrator)}change/", f"{page_of(administrator)}uitschakelen/"):
        page = browser.get(at).content.decode()
        assert ">Blijf ingelogd</button>" in page
        assert "js/session.js" in page
