"""A night's folder, whose files and keys the test shares; offices with the same file in the queue."""

import sys
from io import BytesIO

import pytest
from django.core.files.base import ContentFile

from migrations_app import accepting
from migrations_app.migration_file.synthetic import write_synthetic
from migrations_app.models import ImportType, MigrationJob, PartKind
from portal.dossiers.models import MessageStatus
from portal.vault import create_key_files
from tests.factories import MembershipFactory
from tests.faults.night import Night
from tests.migrations_app.files import OFFICE
from tests.portal.run.processes import own_folder


@pytest.fixture(scope="session")
def big_file() -> bytes:
    """5,000 records, a hundred of them with a document."""
    out = BytesIO()
    numbers = {"clients": 800, "returns": 3_700, "messages": 500, "documents": 100}
    write_synthetic(out, **numbers, seed=7, office_number=OFFICE)
    return out.getvalue()


@pytest.fixture
def folder(settings):
    for made in own_folder():
        for name in ("keys", "spool", "files"):
            (made / name).mkdir(mode=0o700)
        settings.KEY_FILE = made / "keys" / "portal.json"
        create_key_files(settings.KEY_FILE, made / "keys" / "signing.json")
        settings.FILE_UPLOAD_TEMP_DIR = str(made / "spool")
        backend = "django.core.files.storage.FileSystemStorage"
        settings.STORAGES = settings.STORAGES | {
            "default": {"BACKEND": backend, "OPTIONS": {"location": str(made / "files")}}
        }
        yield made


@pytest.fixture
def night(transactional_db, folder, request):
    """Not started yet; ended before the tables are emptied. Its log is shown when the test fails."""
    made = Night(folder, **getattr(request, "param", {}))
    yield made
    made.end()
    sys.stdout.write(made.log())


@pytest.fixture
def queued(transactional_db, folder, big_file):
    """A job in the queue, of an office of its own or of `office`."""

    def make(data: bytes = big_file, *, member=None) -> MigrationJob:
        member = member or MembershipFactory(role="administrator")
        member.office.accepted_trade_register_numbers.get_or_create(number=OFFICE)
        job = accepting.receive(
            office=member.office,
            by=member.user,
            upload=ContentFile(data, name="15102021135603.zip"),
            import_type=ImportType.COMBINED,
            selected_kinds=list(PartKind),
            message_status=MessageStatus.UNOPENED,
        )
        accepting.check(job.pk)
        job.refresh_from_db()
        assert job.status == "queued", (job.status, job.reason)
        return job

    return make
