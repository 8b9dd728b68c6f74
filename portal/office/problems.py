"""How /api/ refuses: problem details (RFC 9457), whatever it is that refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import (
    APIException,
    ErrorDetail,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    Throttled,
    UnsupportedMediaType,
    ValidationError,
)
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
_UNDER = "/api/"
# where Django's and DRF's own words are not ours
_CODES = {
    "http404": "not-found",
    "permissiondenied": "forbidden",
    "parse_error": "unreadable",
    "unsupported_media_type": "unsupported-media-type",
    "null": "required",
}
# and where their words are English, or name what was sent
_DETAILS: dict[type[Exception], Any] = {
    Http404: gettext_lazy("Dit bestaat niet."),
    NotAuthenticated: gettext_lazy("Er is geen token meegestuurd."),
    MethodNotAllowed: gettext_lazy("Deze methode werkt hier niet."),
    NotAcceptable: gettext_lazy("Antwoorden zijn hier JSON."),
    UnsupportedMediaType: gettext_lazy("Dit mediatype wordt hier niet gelezen."),
    Throttled: gettext_lazy("Er zijn in deze minuut te veel aanvragen gedaan."),
}
_WRONG = gettext_lazy("De aanvraag klopt niet.")
# of what did not come from an endpoint
_OF_STATUS = {
    HTTPStatus.FORBIDDEN: gettext_lazy("U mag dit niet."),
    HTTPStatus.NOT_FOUND: gettext_lazy("Dit adres bestaat niet."),
    HTTPStatus.METHOD_NOT_ALLOWED: _DETAILS[MethodNotAllowed],
    HTTPStatus.INTERNAL_SERVER_ERROR: gettext_lazy(
        "Er ging bij Nextens iets mis. Probeer het later opnieuw."
    ),
}
Fault = dict[str, str]


class Refusal(APIException):
    """The act is refused: `field` names the field of the request that it is about, if any."""

    status_code = 400

    def __init__(self, code: str, message: str, *, field: str | None = None, status: int = 400) -> None:
        super().__init__(message, code)
        self.field = field
        self.status_code = status


def problem(status: int, code: str, detail: str, errors: list[Fault] | None = None) -> dict[str, Any]:
    """The members of a problem. `errors` say of fields what is wrong: field, code and detail each."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
    }


def handle(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER; None for what is no refusal, which becomes a 500."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    faults = list(_faults(exc))
    code = "invalid" if isinstance(exc, ValidationError) else _code_of(exc)
    response.data = problem(response.status_code, code, _detail(exc, faults), faults)
    response.content_type = MEDIA_TYPE
    return response


class ProblemsUnderApi:
    """Says as a problem what did not come from an endpoint: unknown addresses, wrong hosts, mistakes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        known = response.headers.get("Content-Type", "").startswith(MEDIA_TYPE)
        if response.status_code < 400 or known or not request.path.startswith(_UNDER):
            return response
        return _in_its_place(response)


def _in_its_place(response: HttpResponseBase) -> JsonResponse:
    status = HTTPStatus(response.status_code)
    said = str(_OF_STATUS.get(status, _WRONG))
    code = status.phrase.lower().replace(" ", "-")
    made = JsonResponse(problem(status, code, said), status=status, content_type=MEDIA_TYPE)
    if "Allow" in response.headers:
        made["Allow"] = response.headers["Allow"]
    return made


def _code_of(exc: Exception) -> str:
    codes = exc.get_codes() if isinstance(exc, APIException) else exc.__class__.__name__.lower()
    code = codes if isinstance(codes, str) else "invalid"
    return _CODES.get(code, code.replace("_", "-"))


def _detail(exc: Exception, faults: list[Fault]) -> str:
    if type(exc) in _DETAILS:
        return str(_DETAILS[type(exc)])
    if isinstance(exc, ValidationError):
        return faults[0]["detail"] if len(faults) == 1 else str(_WRONG)
    return str(exc.detail if isinstance(exc, APIException) else _OF_STATUS[HTTPStatus.FORBIDDEN])


def _faults(exc: Exception) -> Iterator[Fault]:
    if isinstance(exc, Refusal) and exc.field:
        yield {"field": exc.field, "code": _code_of(exc), "detail": str(exc.detail)}
    elif isinstance(exc, ValidationError):
        yield from _of_fields(exc.detail)


def _of_fields(detail: Any, field: str = "") -> Iterator[Fault]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _of_fields(
                inner, field if name == "non_field_errors" else f"{field}.{name}".lstrip(".")
            )
    elif isinstance(detail, ErrorDetail):
        code = detail.code or "invalid"
        yield {"field": field, "code": _CODES.get(code, code.replace("_", "-")), "detail": str(detail)}
    else:
        for inner in detail:
            yield from _of_fields(inner, field)
