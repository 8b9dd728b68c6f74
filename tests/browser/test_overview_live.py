"""The overview and the progress page keep up with a migration by themselves, and stop at its end."""

import pytest
from django.conf import settings
from django.utils import timezone

from migrations_app.models import MigrationJob, Status
from tests.migrations_app.conftest import GOOD, certificates, checked, received, stored  # noqa: F401 - fixtures
from tests.people import logged_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SOON = 15_000


@pytest.fixture
def at(page, live_server, staff_member, certificates):  # noqa: F811
    """Go to an address of the live portal as somebody of the office."""
    key = logged_in(staff_member).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])

    def go(path):
        page.goto(live_server.url + path)
        return page

    return go


def end(job):
    MigrationJob.objects.filter(pk=job.pk).update(status=Status.CANCELLED, finished_at=timezone.now())


def test_overview_keeps_up_and_stops(at, checked):  # noqa: F811
    job = checked(GOOD)
    page = at("/instellingen/migratie/")
    page.locator(f"#job-{job.pk}").focus()
    end(job)
    page.get_by_text("Geannuleerd").wait_for(timeout=SOON)
    assert page.locator("#jobs").get_attribute("hx-get") is None
    # who stands on a link still does
    assert page.evaluate("document.activeElement.id") == f"job-{job.pk}"


def test_progress_keeps_up_says_so_and_stops(at, checked):  # noqa: F811
    job = checked(GOOD)
    page = at(f"/instellingen/migratie/{job.pk}/voortgang/")
    assert page.locator("#processing").get_attribute("value") == "10"
    end(job)
    page.get_by_text("Geannuleerd op").wait_for(timeout=SOON)
    assert page.locator("#told").text_content() == "Geannuleerd, 10%"
    assert page.locator("#progress").get_attribute("hx-get") is None
