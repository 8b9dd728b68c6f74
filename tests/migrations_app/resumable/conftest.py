"""A program that speaks tus, and a server for it."""

import base64
import random

import pytest
from django.test import Client

from migrations_app.resumable import taking
from migrations_app.uploads import open_upload
from portal.office.models import Scope
from portal.office.tokens import create_token
from tests.migrations_app.conftest import NAME
from tests.migrations_app.pages.conftest import DEFAULTS, FILE, TYPE

# random bytes behind the beginning of a ZIP file: the check will refuse it, the upload must not
BIG = b"PK\x03\x04" + random.Random(6).randbytes(3_000_000)


def metadata(**pairs):
    pairs = {"filename": NAME, **pairs}
    return ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in pairs.items())


class Program:
    """Tus by Django's test client, with a token unless told otherwise."""

    def __init__(self, token=None, client=None):
        self.client = client or Client(enforce_csrf_checks=True)
        self.headers = {"Tus-Resumable": "1.0.0"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method, address, data=b"", **headers):
        names = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        return self.client.generic(
            method,
            address,
            data,
            content_type="application/offset+octet-stream",
            headers=self.headers | names,
        )

    def create(self, length, data=b"", **headers):
        asked = {"Upload_Length": length, "Upload_Metadata": metadata(), **headers}
        return self.ask("POST", "/uploads/", data, **asked)

    def made(self, length, **headers):
        answer = self.create(length, **headers)
        assert answer.status_code == 201
        return answer["Location"]

    def add(self, address, offset, data, **headers):
        return self.ask("PATCH", address, data, Upload_Offset=offset, **headers)

    def offset(self, address):
        answer = self.ask("HEAD", address)
        assert answer.status_code == 200
        return int(answer["Upload-Offset"])


def token_for(user, *scopes):
    made = {"name": "Proef", "scopes": scopes or [Scope.MIGRATIONS_WRITE], "expires_at": None}
    return create_token(office=user.membership.office, by=user, **made)[1]


@pytest.fixture(autouse=True)
def fresh_digests():
    """No test profits from what an earlier one left in this process."""
    taking.digests._known.clear()


@pytest.fixture
def program(stored, certificates, staff_member):
    return Program(token_for(staff_member))


def session(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    token = client.get(TYPE).context["csrf_token"]
    client.post(TYPE, DEFAULTS | {"csrfmiddlewaretoken": str(token), "message_status": "Archief"})
    page = Program(client=client)
    page.headers["X-CSRFToken"] = str(client.get(FILE).context["csrf_token"])
    return page


def content_of(job):
    with open_upload(job) as file:
        return file.read()
