"""What a request leaves in the log."""

import json
import logging

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from portal.run.logs import logging_config

# a traceback shows lines of the program, so the row stands in none that is run
ROW = "Jansen 123456782"


@pytest.fixture
def lines(caplog, settings):
    formatter = logging_config("INFO")["formatters"]["json"]
    built = formatter.pop("()")(**formatter)
    caplog.set_level(logging.INFO)
    return lambda: [json.loads(built.format(record)) for record in caplog.records]


def test_a_request_is_logged_without_query_or_body(lines):
    answer = Client().post("/health/live?bsn=123456782", {"password": "geheim"})
    line = next(line for line in lines() if line["event"] == "request")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/health/live", 405)
    assert line["request_id"] == answer["X-Request-ID"]
    assert "123456782" not in str(lines())
    assert "geheim" not in str(lines())


@pytest.mark.parametrize("checks", [False, True])
def test_secret_of_a_one_time_link_is_not_logged(lines, db, checks):
    Client(enforce_csrf_checks=checks).post("/wachtwoord-vergeten/abc-c0ffee-0123456789/")
    line = next(line for line in lines() if line["event"] == "request")
    assert line["path"] == "/wachtwoord-vergeten/abc-…/"
    assert "c0ffee" not in str(lines())


def test_personal_number_in_an_address_is_not_logged(lines, db):
    Client(enforce_csrf_checks=True).post("/klanten/123456782/")
    Client().get("/klanten/123456782/")
    assert [line["path"] for line in lines() if line["event"] == "request"] == ["/klanten/…/"] * 2
    assert "123456782" not in str(lines())


def test_personal_number_that_an_error_quotes_is_not_logged(lines):
    try:
        raise ValueError("Key (identification_number)=(123456782) already exists.")
    except ValueError:
        logging.getLogger("portal.proof").exception("failed for 123456782")
    (line,) = lines()
    assert "already exists" in line["exception"]
    assert "123456782" not in str(line)


def test_every_line_of_a_request_has_its_id(lines, db):
    answer = Client().get("/nergens/")
    assert answer.status_code == 404
    assert {line["request_id"] for line in lines()} == {answer["X-Request-ID"]}


@pytest.mark.parametrize("is_cause", [False, True])
def test_error_of_the_database_is_told_without_the_row_that_it_quotes(lines, db, is_cause):
    """As Celery and Django log what a task or a view raised: with the error itself in the message, or not."""
    logger = logging.getLogger("celery.app.trace")
    try:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT %s::date", [ROW])
        except DatabaseError as error:
            if is_cause:
                raise RuntimeError("the check stopped") from error
            raise
    except Exception as error:
        logger.exception("Task check_job[1] raised unexpected: %r", error)
        logger.exception("Internal Server Error: /tools/")
        logger.error("%s", error, exc_info=error)

    found = lines()
    assert len(found) == 3
    assert "Jansen" not in str(found)
    assert "123456782" not in str(found)
    assert found[1]["event"].startswith("Internal Server Error: /tools/ (DataError, InvalidDatetimeFormat")
    assert all("test_logs.py" in each["exception"] for each in found)
    assert ("the check stopped" in str(found)) is is_cause


def test_other_errors_are_told_whole(lines):
    try:
        raise ValueError("a sentence of our own")
    except ValueError:
        logging.getLogger("portal.request").exception("it stopped")
    (line,) = lines()
    assert line["event"] == "it stopped"
    assert "a sentence of our own" in line["exception"]
