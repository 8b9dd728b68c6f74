"""What a request leaves in the log."""

import json
import logging

import pytest
from django.test import Client

from portal.run.logs import logging_config


@pytest.fixture
def lines(caplog, settings):
    formatter = logging_config("INFO")["formatters"]["json"]
    built = formatter.pop("()")(**formatter)
    caplog.set_level(logging.INFO, logger="portal.request")
    return lambda: [json.loads(built.format(record)) for record in caplog.records]


def test_a_request_is_logged_without_query_or_body(lines):
    answer = Client().post("/health/live?bsn=123456782", {"password": "geheim"})
    line = next(line for line in lines() if line["event"] == "request")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/health/live", 405)
    assert line["request_id"] == answer["X-Request-ID"]
    assert "123456782" not in str(lines())
    assert "geheim" not in str(lines())


def test_secret_of_a_one_time_link_is_not_logged(lines, db):
    Client().get("/wachtwoord-vergeten/abc-c0ffee-0123456789/")
    line = next(line for line in lines() if line["event"] == "request")
    assert line["path"] == "/wachtwoord-vergeten/abc-…/"
    assert "c0ffee" not in str(lines())
