"""Bodies that no program should send, to every call of the API that makes something: refused in Dutch."""

import json
import re

import pytest
from django.test import Client

from portal import api
from portal.office import idempotency, strict_fields
from portal.office.models import AuditEvent, Scope
from portal.office.tokens import create_token

ENGLISH = re.compile(
    r"\b(the|this|that|not|no|may|must|be|an?|was|were|valid|provided|expected|ensure|required|allowed|error"
    r"|characters|elements|string|request|parse|bad|too|large|entity)\b",
    re.IGNORECASE,
)
JSON, FORM = "application/json", "multipart/form-data; boundary=grens"
HEAD = b'--grens\r\nContent-Disposition: form-data; name="password"'
PART, FILE = HEAD + b"\r\n\r\n", HEAD + b'; filename="a"\r\n\r\n'
END = b"\r\n--grens--\r\n"
BODIES = {
    "null": (JSON, b"null"),
    "list": (JSON, b"[]"),
    "text": (JSON, b'"x"'),
    "number": (JSON, b"1"),
    "truncated": (JSON, b'{"file_name": "a.zip", "si'),
    "empty": (JSON, b""),
    "no UTF-8": (JSON, b'{"file_name": "\xff\xfe.zip", "size": 1}'),
    "lone surrogate": (JSON, rb'{"file_name": "\ud800.zip", "size": 1}'),
    "lone surrogate as a name": (JSON, rb'{"\udfff": 1}'),
    "null character": (JSON, rb'{"file_name": "a\u0000.zip", "size": 1}'),
    "endless number": (JSON, b'{"size": 1e999, "file_name": "a.zip"}'),
    "other types": (
        JSON,
        b'{"file_name": 1, "size": "x", "parts": {}, "import_type": [], "message_status": 0}',
    ),
    "none of them": (JSON, b'{"file_name": null, "size": null, "parts": null, "import_type": null}'),
    "too few": (JSON, b'{"file_name": "a.zip", "size": 1, "parts": []}'),
    "too many": (JSON, json.dumps({"file_name": "a.zip", "size": 1, "parts": ["clients"] * 99}).encode()),
    "other media type": ("text/plain", b"x"),
    "no media type": ("", b"x"),
    "unknown charset": ("application/json; charset=bestaat-niet", b"null"),
    "charset of no text": ("application/json; charset=hex", b"zz"),
    "form without an end": (FORM, PART + b"x"),
    "form without a boundary": ("multipart/form-data", PART),
    "form with an impossible boundary": ("multipart/form-data; boundary=\xe9", PART),
    "form with a broken head": (FORM, b"--grens\r\nContent-Disposition: form-data\r\n\r\nx" + END),
    "form with broken base64": (
        FORM,
        HEAD + b"\r\nContent-Transfer-Encoding: base64\r\n\r\na" + END,
    ),
    "form in a charset of no text": (f"{FORM}; charset=hex", PART + b"zz" + END),
    "form of too many fields": (FORM, (PART + b"x\r\n") * 1001 + END),
    "form of a too large field": (FORM, PART + b"x" * 3_000_000 + END),
    "form of too many files": (FORM, (FILE + b"x\r\n") * 101 + END),
    "form with nothing in it": (FORM, b"--grens--\r\n"),
}


def creating():
    """The addresses of calls that take an Idempotency-Key."""
    for path, methods in api.document()["paths"].items():
        names = [each["name"] for each in methods.get("post", {}).get("parameters", ())]
        if idempotency.HEADER in names:
            yield path


@pytest.fixture
def program(office, administrator):
    made = create_token(office=office, name="Proef", scopes=list(Scope), expires_at=None, by=administrator)
    return Client(headers={"authorization": f"Bearer {made[1]}"}, raise_request_exception=False)


def told(answer):
    """Everything that is told to people, of what is a problem."""
    said = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(said) == {"type", "title", "status", "detail", "code", "errors"}
    assert 400 <= answer.status_code < 500
    assert said["status"] == answer.status_code
    assert all(re.fullmatch("[a-z0-9-]+", each["code"]) for each in (said, *said["errors"]))
    return [said["detail"], *(fault["detail"] for fault in said["errors"])]


def in_english(texts):
    return [text for text in map(str, texts) if not text or ENGLISH.search(text)]


def test_these_are_the_calls_that_make_something():
    assert set(creating()) == {"/api/v1/migrations/", "/api/v1/certificates/"}


@pytest.mark.parametrize("key", [None, "sleutel"])
@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", list(creating()))
def test_a_malformed_body_is_refused_in_dutch(program, path, name, key):
    media_type, body = BODIES[name]
    before = AuditEvent.objects.count()
    headers = {"idempotency-key": key} if key else {}
    answer = program.generic("POST", path, body, media_type, headers=headers)
    assert in_english(told(answer)) == []
    assert AuditEvent.objects.count() == before


@pytest.mark.parametrize("name", ["null", "list", "text", "number"])
def test_json_that_is_no_object_is_told_so(program, name):
    answer = program.post("/api/v1/migrations/", BODIES[name][1], content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert answer.json()["detail"] == "De aanvraag is geen JSON-object."


def test_a_form_that_has_no_boundary_is_unreadable(program):
    media_type, body = BODIES["form without a boundary"]
    answer = program.post("/api/v1/certificates/", body, content_type=media_type)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert answer.json()["detail"] == "De aanvraag is geen leesbaar formulier."


@pytest.mark.parametrize(
    "ask",
    [
        lambda program: Client().get("/api/v1/office/"),
        lambda program: program.delete("/api/v1/office/"),
        lambda program: program.post("/api/v1/"),
        lambda program: program.get("/api/v1/office/", headers={"accept": "text/csv"}),
        lambda program: program.get("/api/v1/office/", headers={"host": "elders.example"}),
        lambda program: program.get("/api/v1/migrations/?limit=x&after=1&status=2&meer=3"),
        lambda program: program.get("/api/v1/migrations/?limit=0&after=%00&status=%ED%A0%80"),
        lambda program: program.get("/api/v1/bestaat-niet/"),
    ],
)
def test_so_is_everything_else(program, ask):
    assert in_english(told(ask(program))) == []


def test_so_is_who_calls_too_often(program, settings):
    settings.API_CALLS_PER_MINUTE = 0
    answer = program.get("/api/v1/office/")
    assert answer.status_code == 429
    assert in_english(told(answer)) == []


def shapes(of=strict_fields.Sent):
    for each in of.__subclasses__():
        yield each
        yield from shapes(each)


@pytest.mark.parametrize("shape", list(shapes()), ids=lambda shape: shape.__name__)
def test_nothing_a_field_can_say_is_english(shape):
    texts = [text for field in shape().fields.values() for text in field.error_messages.values()]
    assert in_english(texts) == []
