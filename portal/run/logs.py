"""Logs as JSON lines. A request is logged by its path: queries and bodies are nobody's business.

What others write about a request goes through the same sieve: Django quotes the path of whatever it refuses.
"""

from __future__ import annotations

import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import structlog
from django.db.utils import Error as DjangoDatabaseError
from django.http import HttpRequest, HttpResponseBase
from structlog.typing import EventDict, Processor

_ONE_TIME = re.compile(r"(/wachtwoord-vergeten/[0-9A-Za-z]+-)[^/\s]+")
# a BSN or RSIN that somebody put in an address, or that a database quotes; ids have letters around such a run
_PERSONAL_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{9}(?![0-9A-Za-z])")


def harmless(text: str) -> str:
    """Without personal numbers, and without the secret of a one-time link, which may still work."""
    return _PERSONAL_NUMBER.sub("…", _ONE_TIME.sub(r"\1…", text))


def _sieve(_logger: object, _method: str, line: EventDict) -> EventDict:
    return {name: harmless(value) if isinstance(value, str) else value for name, value in line.items()}


_DATABASE_ERRORS = (psycopg.Error, DjangoDatabaseError)


def without_values(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Tell a database error by its kind and place alone: its text may quote a row, with name and bsn."""
    error = _error_of(event.get("exc_info"))
    quoting = [each for each in _chain(error) if isinstance(each, _DATABASE_ERRORS)]
    if not quoting:
        return event
    told = str(event["event"])
    for each in quoting:
        # Celery puts the error itself into its message
        told = told.replace(str(each), "").partition(f"{type(each).__name__}(")[0]
    exception = "".join(_told(each) for each in reversed([*_chain(error)]))
    names = ", ".join(dict.fromkeys(map(_name_of, quoting)))
    rest = {name: value for name, value in event.items() if name != "exc_info"}
    return {**rest, "event": f"{told.rstrip(' :')} ({names})", "exception": exception}


def _error_of(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    found = exc_info if isinstance(exc_info, tuple) else sys.exc_info() if exc_info else (None, None, None)
    return found[1] if isinstance(found[1], BaseException) else None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it came of, the latest first."""
    met: set[int] = set()
    while error is not None and id(error) not in met:
        met.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _told(error: BaseException) -> str:
    place = "".join(traceback.format_tb(error.__traceback__))
    is_quoting = isinstance(error, _DATABASE_ERRORS)
    said = [_name_of(error) + "\n"] if is_quoting else traceback.format_exception_only(error)
    return place + "".join(said)


def _name_of(error: BaseException) -> str:
    state = getattr(error, "sqlstate", None)
    return f"{type(error).__name__} {state}" if state else type(error).__name__


SHARED: tuple[Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_values,
    structlog.processors.format_exc_info,
    _sieve,
)
log = structlog.get_logger("portal.request")


def logging_config(level: str) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr, a line of JSON each."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
        "foreign_pre_chain": list(SHARED),
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # what was refused stands in the line of the request, and there with its id
            "django.request": {"level": "ERROR"},
            "celery": {"level": level},
        },
    }


class RequestLog:
    """Gives every request an id, in each line logged meanwhile and in the answer's X-Request-ID."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        response["X-Request-ID"] = request_id
        return response
