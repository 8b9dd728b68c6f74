"""/api/v1/certificates/: the acts of the pages, with a token; each refusal has a code, and names a field."""

from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from certificates.models import Certificate
from portal.office.models import AuditEvent, Role, Scope
from portal.office.tokens import create_token
from tests.certificates import pki as makers
from tests.certificates.pki import NOW, PASSWORD

pytestmark = pytest.mark.django_db
BASE = "/api/v1/certificates/"


def client_of(office, by, scope=Scope.CERTIFICATES):
    plain = create_token(office=office, name="Proef", scopes=[scope], expires_at=None, by=by)[1]
    return Client(headers={"authorization": f"Bearer {plain}"})


@pytest.fixture
def api(portal, office, administrator):
    return client_of(office, administrator)


def send(api, data, password=PASSWORD, name="a.p12", headers=None, **more):
    form = {"certificate": SimpleUploadedFile(name, data), "password": password, **more}
    return api.post(BASE, form, headers=headers)


def refusal(answer):
    said = answer.json()
    assert (answer["Content-Type"], said["status"]) == ("application/problem+json", answer.status_code)
    return answer.status_code, said["code"], said["errors"][0]["field"] if said["errors"] else None


def test_upload_and_list(api, office_p12, administrator):
    answer = send(api, office_p12, is_active="true")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["is_active"], made["trade_register_number"]) == (True, "12345678")
    assert [warning["code"] for warning in made["warnings"]] == ["revocation-not-checked"]
    (row,) = api.get(BASE).json()["certificates"]
    assert row == {name: value for name, value in made.items() if name != "warnings"}
    assert AuditEvent.objects.get(act="certificate.uploaded").actor == administrator


def test_an_upload_that_is_repeated_is_done_once(api, office_p12):
    first, second = (send(api, office_p12, headers={"Idempotency-Key": "eerste"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second["Idempotent-Replayed"] == "true"
    other = send(api, office_p12, "fout", headers={"Idempotency-Key": "eerste"})
    assert other.status_code == 422
    assert Certificate.objects.count() == 1


def test_one_certificate(api, kept, office_pair):
    row = kept(office_pair)
    assert api.get(f"{BASE}{row.pk}/").json()["fingerprint"] == row.fingerprint


def test_an_upload_that_would_replace_with_something_to_heed_waits(api, kept, office_pair, pki):
    kept(office_pair, activate=True)
    other = makers.p12(makers.leaf(pki.services, number="87654321", key=office_pair.key))
    made = send(api, other, is_active="true").json()
    assert not made["is_active"]
    assert made["warnings"][0]["code"] == "other-number"
    assert api.post(f"{BASE}{made['id']}/activate/").json()["is_active"]


@pytest.mark.parametrize(
    ("data", "password", "name", "expected"),
    [
        (b"x", "x", "a.pem", (400, "wrong-extension", "certificate")),
        (b"", "x", "a.p12", (400, "empty", "certificate")),
        (b"x", "x", "a.p12", (400, "unreadable", "certificate")),
        (None, "fout", "a.p12", (400, "wrong-password", "password")),
    ],
)
def test_refused_uploads(api, office_p12, data, password, name, expected):
    answer = send(api, office_p12 if data is None else data, password, name)
    assert refusal(answer) == expected
    assert answer.json()["detail"].endswith(".")
    assert not Certificate.objects.exists()


def test_an_upload_without_a_file(api):
    assert refusal(api.post(BASE, {"password": "x"})) == (400, "required", "certificate")
    assert refusal(api.post(BASE, b"{}", content_type="application/json"))[0] == 415
    assert refusal(api.post(BASE, b"?", content_type="multipart/form-data; boundary=x"))[0] == 400


def test_the_same_twice(api, kept, office_pair, office_p12):
    kept(office_pair)
    assert refusal(send(api, office_p12)) == (409, "duplicate", "certificate")


def test_activate_and_deactivate(api, kept, office_pair):
    row = kept(office_pair)
    assert api.post(f"{BASE}{row.pk}/activate/").json()["is_active"]
    assert not api.post(f"{BASE}{row.pk}/deactivate/").json()["is_active"]
    assert not Certificate.objects.get().is_active


def test_activation_that_is_refused(api, kept, office_pair):
    row = kept(office_pair)
    Certificate.objects.update(revoked_at=NOW)
    assert refusal(api.post(f"{BASE}{row.pk}/activate/")) == (409, "revoked", None)


def test_delete(api, kept, office_pair):
    row = kept(office_pair, activate=True)
    assert refusal(api.delete(f"{BASE}{row.pk}/")) == (409, "still-active", None)
    api.post(f"{BASE}{row.pk}/deactivate/")
    assert api.delete(f"{BASE}{row.pk}/").status_code == 204
    assert not Certificate.objects.exists()


def test_staff_deletes_nothing(api, kept, office_pair, administrator):
    """Who made the token may have become a medewerker since."""
    row = kept(office_pair)
    type(administrator.membership).objects.update(role=Role.STAFF_MEMBER)
    assert refusal(api.delete(f"{BASE}{row.pk}/")) == (403, "administrators-only", None)
    assert Certificate.objects.exists()


def test_a_token_for_something_else(portal, office, administrator, kept, office_pair):
    row = kept(office_pair)
    other = client_of(office, administrator, Scope.MIGRATIONS_READ)
    assert refusal(other.get(BASE)) == (403, "scope-missing", None)
    assert refusal(other.delete(f"{BASE}{row.pk}/")) == (403, "scope-missing", None)


def test_without_a_token(client):
    answer = client.get(BASE)
    assert refusal(answer) == (401, "not-authenticated", None)
    assert answer["WWW-Authenticate"] == "Bearer"


def test_another_offices_certificate_does_not_exist(kept, office_pair, neighbour, neighbour_administrator):
    row = kept(office_pair)
    stranger = client_of(neighbour, neighbour_administrator)
    assert stranger.get(BASE).json() == {"certificates": []}
    for pk in (row.pk, UUID(int=1)):
        for ask, path in (
            (stranger.get, f"{BASE}{pk}/"),
            (stranger.delete, f"{BASE}{pk}/"),
            (stranger.post, f"{BASE}{pk}/activate/"),
            (stranger.post, f"{BASE}{pk}/deactivate/"),
        ):
            assert refusal(ask(path)) == (404, "not-found", None)


def test_other_methods(api, kept, office_pair):
    row = kept(office_pair)
    assert refusal(api.put(f"{BASE}{row.pk}/", b"{}", content_type="application/json"))[:2] == (
        405,
        "method-not-allowed",
    )


def test_the_list_asks_the_database_little(api, kept, office_pair, pki, django_assert_max_num_queries):
    kept(office_pair, activate=True)
    kept(makers.leaf(pki.services, key=office_pair.key))
    with django_assert_max_num_queries(4):
        assert len(api.get(BASE).json()["certificates"]) == 2
