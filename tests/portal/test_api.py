"""/api/: the OpenAPI document, the page for people, and problems whatever it is that refuses."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, get_resolver

from portal import api
from portal.office.models import Scope
from portal.office.tokens import create_token

OFFICE = "/api/v1/office/"


@pytest.fixture
def program(office, administrator):
    made = create_token(office=office, name="Proef", scopes=list(Scope), expires_at=None, by=administrator)
    return Client(headers={"authorization": f"Bearer {made[1]}"}, raise_request_exception=False)


def problem(answer):
    said = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert set(said) == {"type", "title", "status", "detail", "code", "errors"}
    assert said["status"] == answer.status_code
    return answer.status_code, said["code"]


def test_document_is_the_same_in_both_forms(client):
    answer = client.get("/api/v1/schema/")
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    document = json.loads(answer.content)
    assert document["openapi"] == "3.1.0"
    as_yaml = client.get("/api/v1/schema/", headers={"accept": "application/vnd.oai.openapi"})
    assert yaml.safe_load(as_yaml.content) == document


def test_document_holds_every_address():
    routes = {
        "/" + re.sub(r"<uuid:\w+>", "{id}", str(route.pattern))
        for resolver in get_resolver().url_patterns
        for route in (getattr(resolver, "url_patterns", None) or [resolver])
        if isinstance(route, URLPattern)
    }
    own = {route for route in routes if route.startswith("/api/v1/")} - {"/api/v1/", "/api/v1/schema/"}
    assert own == set(api.document()["paths"])


def operations():
    for path, methods in api.document()["paths"].items():
        for method, operation in methods.items():
            yield pytest.param(operation, id=f"{method} {path}")


@pytest.mark.parametrize("operation", list(operations()))
def test_examples_are_as_their_schema_says(operation):
    document = api.document()
    messages = [operation.get("requestBody", {}), *operation["responses"].values()]
    shown = [content for message in messages for content in message.get("content", {}).values()]
    for content in shown:
        if "multipart" in str(content.get("schema")) or "examples" not in content:
            continue
        schema = {**content["schema"], "components": document["components"]}
        for example in content["examples"].values():
            jsonschema.Draft202012Validator(schema).validate(example["value"])


@pytest.mark.parametrize("operation", list(operations()))
def test_every_call_has_an_example_and_says_how_it_is_refused(operation):
    done = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    assert all("examples" in content for content in done.get("content", {}).values())
    assert {"401", "403", "406", "429"} <= set(operation["responses"])
    assert all(
        list(answer["content"]) == ["application/problem+json"]
        for status, answer in operation["responses"].items()
        if status.startswith("4")
    )


def test_page_for_people_asks_nothing_of_others(client):
    page = client.get("/api/v1/").content.decode()
    for path in api.document()["paths"]:
        assert path in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))
    assert "`" not in page


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda program: program.get("/api/v2/"), (404, "not-found")),
        (lambda program: program.get("/api/v1/migrations/1/"), (404, "not-found")),
        (lambda program: program.post(OFFICE), (405, "method-not-allowed")),
        (lambda program: program.post("/api/v1/"), (405, "method-not-allowed")),
        (lambda program: program.get(OFFICE, headers={"accept": "text/csv"}), (406, "not-acceptable")),
        (lambda program: program.get(OFFICE, headers={"host": "elders.example"}), (400, "bad-request")),
        (lambda program: Client().get(OFFICE), (401, "not-authenticated")),
    ],
)
def test_every_refusal_is_a_problem(program, ask, expected):
    assert problem(ask(program)) == expected


def test_methods_that_work_are_named(program):
    assert "GET" in program.post(OFFICE)["Allow"]
    assert "GET" in program.post("/api/v1/")["Allow"]


def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(program, monkeypatch):
    def break_down(self, request):
        raise RuntimeError("geheim")

    monkeypatch.setattr(api.OfficeView, "get", break_down)
    answer = program.get(OFFICE)
    assert problem(answer) == (500, "internal-server-error")
    assert "geheim" not in answer.content.decode()


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"a":' * 100_000])
def test_body_that_is_no_json_is_refused_in_dutch(program, body):
    answer = program.post("/api/v1/migrations/", body, content_type="application/json")
    assert problem(answer) == (400, "unreadable")
    assert answer.json()["detail"] == "De aanvraag is geen leesbare JSON."


def test_documented_client_repeats_a_call_with_its_key(monkeypatch):
    (script,) = re.findall(
        r"```python\n(.*?)```", (Path(__file__).parents[2] / "docs/api.md").read_text(), re.DOTALL
    )
    monkeypatch.setenv("NEXTENS_TOKEN", "nxt_proef")
    monkeypatch.setattr("sys.argv", ["migrate.py", "https://portal.example", "a.zip"])
    program = {"__name__": "migrate"}
    exec(script, program)  # noqa: S102 - of this repository
    busy = SimpleNamespace(status_code=429, headers={"Retry-After": "0"})
    answers = [busy, SimpleNamespace(status_code=201, ok=True, json=dict)]
    sent = []
    monkeypatch.setattr(
        program["requests"], "request", lambda *_, headers, **__: sent.append(headers) or answers.pop(0)
    )
    program["call"]("POST", "https://portal.example/", headers={"Idempotency-Key": "k"})
    assert sent[0] == sent[1] == {"Authorization": "Bearer nxt_proef", "Idempotency-Key": "k"}
