"""Browsers for the pages of migrations."""

import html
import re

import pytest

from migrations_app.models import MigrationJob, Status
from tests.people import logged_in

START = "/instellingen/migratie/nieuw/"
TYPE = "/instellingen/migratie/nieuw/importtype/"
FILE = "/instellingen/migratie/nieuw/bestand/"
DEFAULTS = {
    "import_type": "combined",
    "kinds": ["returns", "clients", "extension_schemes", "tax_cards"],
    "message_status": "Ongeopend",
}


@pytest.fixture
def browser(staff_member, certificates):
    return logged_in(staff_member)


@pytest.fixture
def outsider(neighbour_administrator, certificates):
    return logged_in(neighbour_administrator)


@pytest.fixture
def chosen(browser):
    """A browser that is past page 2 of the wizard."""
    browser.post(TYPE, DEFAULTS)
    return browser


def visible(response):
    """What the page shows, its blanks made one."""
    body = re.sub(r"(?s)<head>.*?</head>|<[^>]*>", " ", response.content.decode())
    return " ".join(html.unescape(body).split())


def title(response):
    return html.unescape(re.search(r"(?s)<title>(.*?)</title>", response.content.decode())[1])


def put(job, status, **values):
    """`job` in another state, as its worker would leave it."""
    fields = {"status": status, **values}
    MigrationJob.objects.filter(pk=job.pk).update(**fields)
    job.refresh_from_db()
    return job


def address(job, rest=""):
    return f"/instellingen/migratie/{job.pk}/{rest}"


__all__ = ["DEFAULTS", "FILE", "START", "TYPE", "Status", "address", "put", "title", "visible"]
