"""What every test may use: one embedded PostgreSQL for the whole run."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from portal.office import site
from portal.office.models import SiteSettings
from portal.run import embedded
from tests import settings as own
from tests.people import (  # noqa: F401 - fixtures
    administrator,
    neighbour,
    neighbour_administrator,
    nextens_administrator,
    office,
    staff_member,
)


@pytest.fixture(autouse=True)
def nothing_set_for_all_offices() -> None:
    """No page asks the database for them, or finds those of an earlier test."""
    site.keep(SiteSettings())


# how fast examples come says more of the machine's other work than of the test
hypothesis_settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any-machine")


def pytest_sessionstart(session: pytest.Session) -> None:
    """The first process starts the server and keeps it while the workers of pytest-xdist come and go."""
    if own.EMBEDDED_ROOT and own.OWN_FOLDER:
        embedded.ensure_running(own.EMBEDDED_ROOT)


def pytest_unconfigure(config: pytest.Config) -> None:
    if not own.OWN_FOLDER:
        return
    if own.EMBEDDED_ROOT and own.EMBEDDED_ROOT.exists():
        embedded.release(own.EMBEDDED_ROOT)
        embedded.wait_until_stopped(own.EMBEDDED_ROOT, 10)
    shutil.rmtree(own.TEST_FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests with transactions of their own empty every table, which the audit trail refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_auditevent DISABLE TRIGGER office_auditevent_not_emptied")


@pytest.fixture
def moment(monkeypatch):
    """Ten seconds before a minute ends; `moment(20)` goes on twenty seconds."""
    now = [timezone.now().replace(second=50, microsecond=0)]
    monkeypatch.setattr("portal.office.call_limits.timezone.now", lambda: now[0])

    def go_on(seconds):
        now[0] += dt.timedelta(seconds=seconds)

    return go_on
