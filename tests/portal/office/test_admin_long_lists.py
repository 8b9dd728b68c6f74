"""Lists of the support desk that go on beyond the rows that are counted."""

import re
from itertools import chain

import pytest
from django.utils import timezone

from portal.office.models import Office, OutgoingMail
from tests.factories import OfficeFactory
from tests.people import logged_in


@pytest.fixture
def browser(nextens_administrator):
    return logged_in(nextens_administrator)


@pytest.fixture
def small_cap(monkeypatch):
    monkeypatch.setattr("portal.office.administration.lists.MOST_ROWS", 60)


def link_to(page, text):
    found = re.search(rf'href="([^"]*)">{text}<', page.content.decode())
    return found and found[1].replace("&amp;", "&")


def keys(rows):
    return [row.pk for row in rows]


def parts_of(browser, at):
    """The keys in each part of a list, as its links lead from one to the next."""
    here = at
    while here:
        page = browser.get(here)
        found = page.context["cl"]
        yield keys(found.queryset[: found.result_count])
        onward = link_to(page, "De volgende 60")
        here = onward and at.partition("?")[0] + onward


def test_list_counts_to_its_cap_and_goes_on(browser, small_cap):
    OfficeFactory.create_batch(130)
    parts = list(parts_of(browser, "/admin/office/office/"))
    assert [len(part) for part in parts] == [60, 60, 10]
    assert list(chain.from_iterable(parts)) == list(
        Office.objects.order_by("name", "-pk").values_list("pk", flat=True)
    )


def test_list_goes_on_among_rows_of_one_moment(browser, office, small_cap):
    names = map(str, range(100))
    OutgoingMail.objects.bulk_create(
        OutgoingMail(office=office, kind="x", dedupe_key=name, message_id=name) for name in names
    )
    OutgoingMail.objects.update(created_at=timezone.now())
    parts = list(parts_of(browser, f"/admin/office/outgoingmail/?kantoor={office.pk}"))
    assert list(chain.from_iterable(parts)) == list(
        OutgoingMail.objects.order_by("-id").values_list("pk", flat=True)
    )


def test_choice_begins_at_the_begin(browser, small_cap):
    OfficeFactory.create_batch(61)
    at = "/admin/office/office/"
    onward = browser.get(at + link_to(browser.get(at), "De volgende 60"))
    assert 'href="?is_active__exact=1"' in onward.content.decode()
    assert link_to(onward, "Naar het begin") == "?"


@pytest.mark.parametrize("row", ["geen sleutel", "01a205b3-0411-7ba7-af15-29ae4e3eea94"])
def test_list_after_a_row_that_is_not_there(browser, office, row):
    page = browser.get("/admin/office/office/", {"vervolg": row})
    assert list(page.context["cl"].result_list) == []
