"""What the OpenAPI document says of every endpoint, so that none has to repeat it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from portal.office import idempotency
from portal.office.endpoints import OfficeEndpoint
from portal.office.problems import MEDIA_TYPE, problem
from portal.office.strict_fields import Sent, Shape

KEY = OpenApiParameter(
    idempotency.HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Your own name for this call. The same call with the same key, within 24 hours, is done once "
    "and answered the same; another call with that key is refused with 422.",
    examples=[OpenApiExample("A random one", value="3f0c2b7e-6f0e-4a6a-9a0c-0f1f5f1f7a11")],
)
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, description="Where the new object is.", response=[201]
)
_OF_EVERY = {
    401: ("The token is missing or does not work.", "not-authenticated"),
    403: ("The token has not this right.", "scope-missing"),
    406: ("Answers are JSON.", "not-acceptable"),
    429: ("Too many calls in this minute.", "throttled"),
}
_OF_BODIES = {
    400: ("The request is wrong; `errors` says where.", "invalid"),
    415: ("The body has another media type.", "unsupported-media-type"),
}
_OF_KEYS = {
    409: ("It cannot be done as things are now.", "idempotency-key-in-use"),
    422: ("The key was used for another request.", "idempotency-key-reused"),
}
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`"}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}},
}
_MISSING = {404: ("It does not exist, or is another office's.", "not-found")}


class Fault(Shape):
    """What is wrong with one field of the request."""

    field = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class Problem(Shape):
    """Why a call was refused (RFC 9457). `code` is for programs, `detail` is Dutch and for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = Fault(many=True)  # type: ignore[assignment]  # a field of that name hides the serializer's own


def refused(status: int, text: str, code: str) -> dict[Any, OpenApiResponse]:
    """An entry for `responses`: this status, with this code among others."""
    example = OpenApiExample(code, value=problem(status, code, "…"), response_only=True)
    return {(status, MEDIA_TYPE): OpenApiResponse(Problem, text, [example])}


class Schema(AutoSchema):
    """DRF's DEFAULT_SCHEMA_CLASS."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None or not isinstance(self.view, OfficeEndpoint):
            return operation
        if scope := self.view.needed_scope(self.method):
            operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`."
        for status, (text, code) in self._refusals(operation).items():
            if str(status) not in operation["responses"]:
                operation["responses"][str(status)] = self._refused(status, text, code)
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        mapped = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # no hints
        return mapped | ({"additionalProperties": False} if isinstance(serializer, Sent) else {})

    def _refused(self, status: int, text: str, code: str) -> dict[str, Any]:
        (response,) = refused(status, text, code).values()
        body: dict[str, Any] = self._get_response_for_code(  # type: ignore[no-untyped-call]  # no hints
            response, str(status), [MEDIA_TYPE]
        )
        return body | ({"headers": _HEADERS[status]} if status in _HEADERS else {})

    def _refusals(self, operation: dict[str, Any]) -> dict[int, tuple[str, str]]:
        named = {parameter["name"] for parameter in operation.get("parameters", ())}
        found = dict(_OF_EVERY)
        if "{" in self.path:
            found |= _MISSING
        if "requestBody" in operation:
            found |= _OF_BODIES
        if idempotency.HEADER in named:
            found |= _OF_KEYS
        return found


class Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    target_class = "portal.office.token_authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the office, made under Instellingen → Koppelingen.",
        }
