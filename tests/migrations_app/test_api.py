"""/api/v1/migrations/: announced, uploaded, followed, reported and cancelled with a token."""

from uuid import UUID

import pytest
from django.test import Client

from migrations_app.importing import running
from migrations_app.models import LedgerEntry, MigrationJob, Status, Upload
from portal.office.models import Scope
from tests.migrations_app.conftest import GOOD, NAME
from tests.migrations_app.resumable.conftest import Program, token_for

BASE = "/api/v1/migrations/"
NEW = {"file_name": NAME, "size": len(GOOD)}


class Api:
    """A program with a token that may read and write, unless told otherwise."""

    def __init__(self, user, *scopes):
        self.token = token_for(user, *(scopes or (Scope.MIGRATIONS_READ, Scope.MIGRATIONS_WRITE)))
        self.client = Client(headers={"authorization": f"Bearer {self.token}"})

    def create(self, key=None, **asked):
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(BASE, {**NEW, **asked}, content_type="application/json", headers=headers)

    def get(self, path="", **query):
        return self.client.get(f"{BASE}{path}", query)

    def cancel(self, pk):
        return self.client.post(f"{BASE}{pk}/cancel/")


@pytest.fixture
def api(stored, certificates, staff_member):
    return Api(staff_member)


def refusal(answer):
    said = answer.json()
    assert (answer["Content-Type"], said["status"]) == ("application/problem+json", answer.status_code)
    return answer.status_code, said["code"], [fault["field"] for fault in said["errors"]]


def test_announced_uploaded_and_followed(api):
    made = api.create(import_type="returns_and_clients", parts=["clients"], message_status="Archief")
    assert made.status_code == 201
    announced = made.json()
    assert made["Location"] == f"{BASE}{announced['id']}/"
    assert (announced["status"], announced["parts"]) == ("uploading", ["clients"])
    assert api.get(f"{announced['id']}/").json() == announced
    address = announced["upload"]["url"].removeprefix("http://testserver")
    assert Program(api.token).add(address, 0, GOOD).status_code == 204
    now = api.get(f"{announced['id']}/").json()
    assert (now["status"], now["upload"], now["upload_percentage"]) == ("checking", None, 100)
    assert now["reference"].startswith("MIG-")
    assert MigrationJob.objects.get().default_message_status == "Archief"


def test_half_way(api):
    announced = api.create().json()
    Program(api.token).add(announced["upload"]["url"].removeprefix("http://testserver"), 0, GOOD[:100])
    now = api.get(f"{announced['id']}/").json()
    assert now["upload"]["offset"] == 100
    assert now["upload_percentage"] == 100 * 100 // len(GOOD)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"file_name": "export.rar"}, "file_name"),
        ({"file_name": "map/x.zip"}, "file_name"),
        ({"file_name": 7}, "file_name"),
        ({"file_name": "x.zip\n"}, "file_name"),
        ({"size": 0}, "size"),
        ({"size": "5"}, "size"),
        ({"size": True}, "size"),
        ({"size": 5.5}, "size"),
        ({"size": None}, "size"),
        ({"size": 10 * 1024**3 + 1}, "size"),
        ({"import_type": "all"}, "import_type"),
        ({"parts": []}, "parts"),
        ({"parts": ["returns", "messages"]}, "parts.1"),
        ({"message_status": False}, "message_status"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(api, wrong, field):
    assert refusal(api.create(**wrong)) == (400, "invalid", [field])
    assert not Upload.objects.exists()


def test_bodies_that_are_no_object(api):
    post = api.client.post
    assert refusal(post(BASE, "[1]", content_type="application/json"))[:2] == (400, "invalid")
    assert refusal(post(BASE, "{", content_type="application/json"))[:2] == (400, "unreadable")
    assert refusal(post(BASE, NEW))[:2] == (415, "unsupported-media-type")


def test_without_a_certificate_nothing_begins(api, certificates):
    certificates.active = False
    assert refusal(api.create())[:2] == (409, "no-certificate")
    assert not Upload.objects.exists()


def test_more_than_the_office_may_have_waiting(api, settings):
    settings.UPLOAD_QUOTA_BYTES = len(GOOD)
    api.create()
    assert refusal(api.create())[:2] == (409, "over-quota")


def test_office_may_have_a_quota_of_its_own(api, office):
    office.upload_quota_mib = 1
    office.save()
    assert api.create(size=1024**2).status_code == 201
    assert refusal(api.create())[:2] == (409, "over-quota")


def test_repeated_with_a_key_is_one_upload(api):
    first, second = api.create("sleutel"), api.create("sleutel")
    assert (second.status_code, second.json()) == (201, first.json())
    assert second["Location"] == first["Location"]
    assert Upload.objects.count() == 1
    assert refusal(api.create("sleutel", size=5))[:2] == (422, "idempotency-key-reused")


def test_states_and_codes(api, checked, imported):
    queued = checked()
    said = api.get(f"{queued.pk}/").json()
    assert (said["status"], said["queue_position"], said["processing_percentage"]) == ("queued", 1, 10)
    assert said["expected_start"] is not None
    running.run(queued.pk, at_once=True)
    assert api.get(f"{queued.pk}/").json()["status"] == "completed_with_warnings"
    refused = checked(b"PK\x03\x04")
    said = api.get(f"{refused.pk}/").json()
    assert (said["status"], said["code"]) == ("refused", refused.refusal_code)
    assert said["reason"].endswith(".")


def test_report_closes(api, imported):
    job = imported()
    said = api.get(f"{job.pk}/report/").json()
    numbers = ("created", "updated", "unchanged", "skipped", "rejected")
    for row in (said["totals"], *said["rows"]):
        assert row["announced"] == sum(row[name] for name in numbers)
    years = {(row["kind"], row["product"], row["tax_year"]): row["announced"] for row in said["rows"]}
    assert years == {
        ("clients", None, None): 1,
        ("returns", "VpbWin", 2014): 1,
        ("returns", "VpbWin", 2018): 2,
    }
    assert {"outcome": "rejected", "code": "unknown-client", "count": 1} in said["codes"]


def test_problems_come_in_pages(api, imported):
    job = imported()
    entries = LedgerEntry.objects.filter(part__job=job).order_by("part__position", "line", "code")
    assert len(entries) > 1
    found, path, query = [], f"{job.pk}/problems/", {"limit": 1}
    while path:
        page = api.get(path, **query).json()
        found += page["results"]
        path, query = (page["next"] or "").partition(BASE)[2], {}
    assert [each["id"] for each in found] == [str(entry.pk) for entry in entries]
    assert all(each["reason"] and each["remedy"] for each in found)
    only = api.get(f"{job.pk}/problems/", outcome="rejected").json()["results"]
    assert [each["code"] for each in only] == ["unknown-client"]


def test_no_report_before_the_check(api, received):
    job = received()
    for what in ("report", "problems"):
        assert refusal(api.get(f"{job.pk}/{what}/"))[:2] == (409, "no-report")


def test_list_in_pages_and_by_status(api, checked, received):
    first, second = checked(), received()
    page = api.get(limit=1).json()
    assert [each["id"] for each in page["results"]] == [str(second.pk)]
    page = api.get(page["next"].partition(BASE)[2]).json()
    assert ([each["id"] for each in page["results"]], page["next"]) == ([str(first.pk)], None)
    only = api.get(status="queued").json()["results"]
    assert [each["id"] for each in only] == [str(first.pk)]


def test_upload_whose_address_was_lost_is_found_again(api, received):
    announced, whole = api.create().json(), received()
    Program(api.token).add(announced["upload"]["url"].removeprefix("http://testserver"), 0, GOOD[:100])
    (found,) = api.get(status="uploading").json()["results"]
    assert found == api.get(f"{announced['id']}/").json()
    assert (found["upload"]["offset"], found["upload"]["length"]) == (100, len(GOOD))
    page = api.get(limit=1).json()
    assert [each["id"] for each in page["results"]] == [str(whole.pk)]
    page = api.get(page["next"].partition(BASE)[2]).json()
    assert (page["results"], page["next"]) == ([found], None)
    assert api.get(after=announced["id"]).json()["results"] == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=+5", "status=lost", "after=1", "colour=1", "limit=1&limit=2"],
)
def test_queries_that_cannot_be(api, query):
    assert refusal(api.get(f"?{query}"))[:2] == (400, "invalid")


def test_list_asks_the_database_little(api, checked, django_assert_max_num_queries):
    for _ in range(3):
        checked()
    with django_assert_max_num_queries(8):
        api.get()


def test_cancelled_while_it_waits(api, checked):
    job = checked()
    assert api.cancel(job.pk).status_code == 204
    assert api.get(f"{job.pk}/").json()["status"] == "cancelled"
    assert refusal(api.cancel(job.pk))[:2] == (409, "too-late")


def test_upload_that_is_taken_back(api):
    announced = api.create().json()
    assert api.cancel(announced["id"]).status_code == 204
    assert refusal(api.get(f"{announced['id']}/"))[:2] == (404, "not-found")


def test_reading_and_writing_are_two_rights(stored, certificates, staff_member, checked):
    job = checked()
    reader, writer = Api(staff_member, Scope.MIGRATIONS_READ), Api(staff_member, Scope.MIGRATIONS_WRITE)
    assert refusal(reader.create())[:2] == refusal(reader.cancel(job.pk))[:2] == (403, "scope-missing")
    for path in ("", f"{job.pk}/", f"{job.pk}/report/", f"{job.pk}/problems/"):
        assert refusal(writer.get(path))[:2] == (403, "scope-missing")
        assert reader.get(path).status_code == 200
    assert MigrationJob.objects.get().status == Status.QUEUED


def test_what_is_anothers_does_not_exist(api, checked, imported, neighbour_administrator):
    job, announced = imported(), api.create().json()
    stranger = Api(neighbour_administrator)
    assert stranger.get().json() == {"results": [], "next": None}
    for pk in (job.pk, announced["id"], UUID(int=1)):
        for answer in (
            stranger.get(f"{pk}/"),
            stranger.get(f"{pk}/report/"),
            stranger.get(f"{pk}/problems/"),
            stranger.get(f"?after={pk}"),
            stranger.cancel(pk),
        ):
            assert refusal(answer)[:2] == (404, "not-found")


def test_upload_of_a_colleague_is_the_colleagues(api, administrator):
    announced = api.create().json()
    colleague = Api(administrator)
    assert colleague.get(f"{announced['id']}/").status_code == 404
    assert colleague.get().json()["results"] == []
    assert colleague.get(after=announced["id"]).status_code == 404
