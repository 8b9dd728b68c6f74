"""`python -m tests.faults.alone queue|verdict FOLDER [JOB]`: what a test does on a database of its own.

In the environment of a night, as another process of the same portal; answers in JSON.
"""

import json
import sys
from pathlib import Path
from uuid import uuid4

import django


def queue(folder, job_id):
    """A job in the queue, of the file in the folder; only taken in when the job is called `unchecked`."""
    from django.core.files.base import ContentFile

    from migrations_app import accepting
    from migrations_app.models import ImportType, PartKind
    from portal.dossiers.models import MessageStatus
    from tests.factories import MembershipFactory
    from tests.migrations_app.files import OFFICE

    # the factories count from nought in every process
    number = uuid4().int
    own = {
        "user__email": f"{number}@kantoor.example",
        "office__trade_register_number": f"{number % 10**8:08}",
    }
    member = MembershipFactory(role="administrator", **own)
    member.office.accepted_trade_register_numbers.create(number=OFFICE)
    job = accepting.receive(
        office=member.office,
        by=member.user,
        upload=ContentFile((Path(folder) / "file.zip").read_bytes(), name="15102021135603.zip"),
        import_type=ImportType.COMBINED,
        selected_kinds=list(PartKind),
        message_status=MessageStatus.UNOPENED,
    )
    if job_id != "unchecked":
        accepting.check(job.pk)
    job.refresh_from_db()
    return {"job": str(job.pk), "status": job.status}


def verdict(folder, job_id):
    from migrations_app.models import MigrationJob
    from tests.faults import content

    job = MigrationJob.objects.get(pk=job_id)
    return {"verdict": content.verdict(job_id), "content": content.content(job.office)}


if __name__ == "__main__":
    django.setup()
    act = {"queue": queue, "verdict": verdict}[sys.argv[1]]
    print(json.dumps(act(*sys.argv[2:], *[""] * (4 - len(sys.argv))), default=str))  # noqa: T201 - its answer
