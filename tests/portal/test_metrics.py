"""/metrics: who may read it, and that its figures are those of the database and of all web processes."""

import datetime as dt
import os
import re
import subprocess
import sys
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from certificates.models import Certificate
from migrations_app.models import MigrationJob, QueuePause, Status
from portal.office.models import OutgoingMail
from tests.people import logged_in
from tests.test_access_walk import certificate_of, job_of

TOKEN = "een-lang-token"


LOOPBACK = {"host": "127.0.0.1:8000"}


@pytest.fixture(autouse=True)
def served(settings):
    """As a server is, whose own name is the only allowed one; no host of it is loopback."""
    settings.ALLOWED_HOSTS = ["portal.example", "testserver"]
    settings.SECURE_SSL_REDIRECT = True


@pytest.fixture
def client():
    """Prometheus on the machine itself."""
    return Client(headers=LOOPBACK)


def figures(client):
    text = client.get("/metrics").content.decode()
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_from_this_machine_by_any_of_its_names(client, host):
    assert client.get("/metrics", headers={"host": host}).status_code == 200
    assert client.post("/metrics", headers={"host": host}).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "passed_on",
    [
        # a proxy that tells nothing but the name that was asked for
        {"host": "portal.example"},
        {"x-forwarded-proto": "https"},
        {"x-forwarded-host": "portal.example"},
        {"x-real-ip": "192.0.2.1"},
        {"via": "1.1 proxy"},
    ],
)
def test_whatever_a_proxy_on_this_machine_passes_on_is_not_from_it(client, passed_on):
    assert client.get("/metrics", headers=passed_on).status_code in {400, 404}


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["", "127.0.0.1.portal.example", "localhost.example", "[::1", "127.1@x"])
def test_what_only_looks_like_loopback_is_not(client, host):
    assert client.get("/metrics", headers={"host": host}).status_code in {400, 404}


@pytest.mark.django_db
def test_where_a_silent_proxy_may_stand_only_the_token_counts(client, settings):
    # no page works behind a proxy that does not say https, unless the redirect is off
    settings.SECURE_SSL_REDIRECT = False
    assert client.get("/metrics").status_code in {400, 404}
    settings.METRICS_TOKEN = TOKEN
    with_token = {"authorization": f"Bearer {TOKEN}", "host": "portal.example"}
    assert client.get("/metrics", headers=with_token).status_code == 200


@pytest.mark.django_db
def test_a_demo_is_never_beyond_loopback(client, settings):
    settings.DEMO, settings.SECURE_SSL_REDIRECT = True, False
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code in {400, 404}


@pytest.mark.django_db
def test_other_pages_keep_to_the_allowed_hosts(client):
    assert client.get("/health/live").status_code == 400
    assert client.get("/metrics/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "address", "headers", "status"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "192.0.2.1", {}, 400),
        ("", "", {}, 400),
        # a proxy on this machine speaks for somebody else
        ("", "127.0.0.1", {"x-forwarded-for": "192.0.2.1"}, 400),
        ("", "127.0.0.1", {"forwarded": "for=192.0.2.1"}, 400),
        ("", "192.0.2.1", {"authorization": "Bearer "}, 400),
        (TOKEN, "192.0.2.1", {"authorization": f"Bearer {TOKEN}"}, 200),
        (TOKEN, "192.0.2.1", {"authorization": f"Bearer {TOKEN}x"}, 400),
        (TOKEN, "192.0.2.1", {"authorization": TOKEN}, 400),
        (TOKEN, "192.0.2.1", {"authorization": "Bearer é"}, 400),
    ],
)
def test_from_this_machine_or_with_the_token(client, settings, known, address, headers, status):
    settings.METRICS_TOKEN = known
    answer = client.get("/metrics", REMOTE_ADDR=address, headers=headers)
    # 400 is what every page says to this host from elsewhere
    assert answer.status_code == status


def test_the_reading_itself_is_counted_by_its_name(client, db):
    figures(client)
    assert 'portal_requests_total{method="GET",status="200",view="metrics"}' in figures(client)


def test_work_is_what_the_database_has(client, office, staff_member):
    now = timezone.now()
    MigrationJob.objects.filter(pk=job_of(office)).update(
        status=Status.QUEUED,
        finished_at=None,
        start_after=now - dt.timedelta(hours=1),
        storage_name="x",
        wrapped_key=b"x",
        sha256="0" * 64,
    )
    Certificate.objects.filter(pk=certificate_of(office)).update(
        is_active=True, not_valid_after=now + dt.timedelta(weeks=7)
    )
    OutgoingMail.objects.create(kind="x", dedupe_key="x", message_id="x", recipient="a@b.example")
    found = figures(client)
    assert found['portal_jobs{status="queued"}'] == "1.0"
    assert found['portal_jobs{status="running"}'] == "0.0"
    assert 3600 <= float(found["portal_oldest_due_job_seconds"]) < 3660
    assert (found["portal_late_jobs"], found["portal_queue_paused"]) == ("0.0", "0.0")
    assert found['portal_mails{state="waiting"}'] == "1.0"
    assert found["portal_certificates_expiring"] == "1.0"


def test_late_jobs_and_a_paused_queue_are_seen(client, office, staff_member):
    MigrationJob.objects.filter(pk=job_of(office)).update(
        status=Status.PAUSED,
        finished_at=None,
        start_after=timezone.now(),
        storage_name="x",
        wrapped_key=b"x",
        sha256="0" * 64,
        alarmed_at=timezone.now(),
    )
    QueuePause.objects.create()
    found = figures(client)
    assert (found["portal_late_jobs"], found["portal_queue_paused"]) == ("1.0", "1.0")


def test_requests_are_counted_by_view_and_never_by_address(client, staff_member):
    key = 'portal_requests_total{method="GET",status="404",view="client"}'
    before = float(figures(client).get(key, 0))
    logged_in(staff_member).get(f"/klanten/{UUID(int=7)}/", secure=True)
    text = client.get("/metrics").content.decode()
    assert float(figures(client)[key]) == before + 1
    assert 'portal_request_seconds_bucket{le="0.05",view="client"}' in text
    assert str(UUID(int=7)) not in text


def test_unknown_addresses_and_methods_are_one_name(client, db):
    Client().generic("BREW", "/bestaat-niet/", secure=True)
    assert 'portal_requests_total{method="other",status="404",view="none"}' in figures(client)


def test_processes_add_up(client, db):
    key = 'portal_requests_total{method="GET",status="200",view="proef"}'
    count = (
        "import django; django.setup(); from portal.metrics import REQUESTS;"
        "REQUESTS.labels('proef', 'GET', '200').inc()"
    )
    before = float(figures(client).get(key, 0))
    for _ in range(2):
        subprocess.run([sys.executable, "-c", count], check=True, env=environment())
    assert float(figures(client)[key]) == before + 2


def environment():
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}


def test_nothing_about_people_in_it(client, administrator):
    logged_in(administrator).get("/instellingen/account/", secure=True)
    text = client.get("/metrics").content.decode()
    assert administrator.email not in text
    assert not re.search(r"view=\"[^\"]*@", text)


def test_who_reads_them_on_this_machine_speaks_plain_http(client, db):
    assert client.get("/metrics").status_code == 200
    assert [Client().get(path).status_code for path in ("/health/live", "/")] == [200, 301]
