"""What the tests of accepting and of the pages share: a file store of their own, and jobs in it."""

import pytest
from django.core.files.base import ContentFile

from migrations_app import accepting
from migrations_app.importing import running
from migrations_app.models import ImportType, MigrationJob
from portal.dossiers.models import MessageStatus
from portal.office import ports
from portal.vault import create_key_files
from tests.migrations_app.files import client, migration_file, part, tax_return

NAME = "15102021135603.zip"
GOOD = migration_file(
    part("clients", client()),
    part(
        "returns",
        tax_return(),
        tax_return("A2", tax_year=2014, period="2014"),
        tax_return("A3", of="K9"),
        product="VpbWin",
        product_year=2018,
    ),
)


class Certificates:
    """The port as the pages see it."""

    active = True

    def has_active_certificate(self, office_id):
        return self.active


@pytest.fixture
def certificates(monkeypatch):
    """An active certificate; set `active` to False to take it away."""
    port = Certificates()
    monkeypatch.setattr(ports, "certificates", lambda: port)
    return port


@pytest.fixture
def stored(tmp_path, settings):
    """An empty file store, spool and fresh keys; tells which files are in store and spool."""
    settings.KEY_FILE = tmp_path / "portal.json"
    create_key_files(settings.KEY_FILE, tmp_path / "signing.json")
    (tmp_path / "spool").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "spool")
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": backend, "OPTIONS": {"location": str(tmp_path / "files")}}
    }
    return lambda: [
        path for name in ("files", "spool") for path in (tmp_path / name).rglob("*") if path.is_file()
    ]


@pytest.fixture
def received(stored, staff_member):
    """Take a file in, as the wizard does."""

    def receive(data: bytes = GOOD, *, name: str = NAME, by=staff_member, **choices) -> MigrationJob:
        choices = {
            "import_type": ImportType.COMBINED,
            "selected_kinds": accepting.TICKED_KINDS,
            "message_status": MessageStatus.UNOPENED,
            **choices,
        }
        office = by.membership.office
        return accepting.receive(office=office, by=by, upload=ContentFile(data, name=name), **choices)

    return receive


@pytest.fixture
def checked(received):
    """Take a file in and check it."""

    def check(data: bytes = GOOD, **choices) -> MigrationJob:
        job = received(data, **choices)
        accepting.check(job.pk)
        job.refresh_from_db()
        return job

    return check


@pytest.fixture
def imported(checked, transactional_db):
    """Take a file in, check and import it."""

    def go(data: bytes = GOOD, **choices) -> MigrationJob:
        job = checked(data, **choices)
        running.run(job.pk, at_once=True)
        job.refresh_from_db()
        return job

    return go
