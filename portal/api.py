"""/api/v1/: for whom a token works, the OpenAPI document, and the page that shows it to people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.office import ports
from portal.office.endpoints import OfficeEndpoint
from portal.office.models import Scope
from portal.office.strict_fields import Shape

_EXAMPLE = {
    "name": "Nextens Demo",
    "trade_register_number": "12345678",
    "scopes": ["migrations:read", "migrations:write"],
    "has_active_certificate": True,
    "max_file_bytes": 10737418240,
}


class Office(Shape):
    """The office of the token."""

    name = serializers.CharField()
    trade_register_number = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    has_active_certificate = serializers.BooleanField(help_text="Without one no migration can begin.")
    max_file_bytes = serializers.IntegerField(help_text="How large a migration file may be.")


class OfficeView(OfficeEndpoint):
    @extend_schema(
        operation_id="office",
        responses={200: Office},
        examples=[OpenApiExample("An office", value=_EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        """For whom the token works and what it may be used for: a program's first question."""
        return Response(
            {
                "name": self.office.name,
                "trade_register_number": self.office.trade_register_number,
                "scopes": self.token.scopes,
                "has_active_certificate": ports.certificates().has_active_certificate(self.office.pk),
                "max_file_bytes": settings.MIGRATION_MAX_BYTES,
            }
        )


@method_decorator(cache_control(max_age=300), name="dispatch")
class SchemaView(APIView):
    """The OpenAPI document, for everybody."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    renderer_classes = (OpenApiJsonRenderer, OpenApiYamlRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(document())


@require_safe
@cache_control(max_age=300)
def reference(request: HttpRequest) -> HttpResponse:
    """The document as a page."""
    described = _for_people()
    context = {
        "document": described,
        "operations": list(_operations(described)),
        "schemas": _schemas(described),
    }
    return render(request, "api_reference.html", context)


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document; made once, since only a new program changes it."""
    generator = SchemaGenerator(api_version="v1")  # type: ignore[no-untyped-call]  # it has no hints
    made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # same
    return made


@lru_cache(maxsize=1)
def _for_people() -> dict[str, Any]:
    """The same without the marks of Markdown, for programs that show it."""
    plain: dict[str, Any] = json.loads(json.dumps(document()).replace("`", ""))
    return plain


def _operations(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield {
                **operation,
                "description": operation.get("description", ""),
                "path": path,
                "method": method.upper(),
                "body": _shown(operation.get("requestBody")),
                "answers": [
                    {"status": status, "text": answer["description"], **_shown(answer)}
                    for status, answer in operation["responses"].items()
                ],
            }


def _shown(message: dict[str, Any] | None) -> dict[str, Any]:
    """Media type, schema and first example of a body."""
    for media_type, content in (message or {}).get("content", {}).items():
        example = next(iter(content.get("examples", {}).values()), None)
        return {
            "media_type": media_type,
            "schema": content["schema"].get("$ref", "").rpartition("/")[2],
            "example": json.dumps(example["value"], indent=2, ensure_ascii=False) if example else "",
        }
    return {}


def _schemas(described: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects, each with its fields, and the words that a field may hold."""
    return [
        {
            "name": name,
            "description": schema.get("description", ""),
            "values": schema.get("enum", ()),
            "fields": [
                {"name": field, "required": field in schema.get("required", ()), **_field(spec)}
                for field, spec in schema.get("properties", {}).items()
            ],
        }
        for name, schema in described["components"]["schemas"].items()
    ]


def _field(spec: dict[str, Any]) -> dict[str, str]:
    inner = spec.get("items", spec)
    options = [each for part in ("allOf", "anyOf", "oneOf") for each in inner.get(part, ())]
    target = next((each["$ref"] for each in (inner, *options) if "$ref" in each), "")
    kind = inner.get("type", "")
    return {
        "type": ", ".join(kind) if isinstance(kind, list) else kind,
        "link": target.rpartition("/")[2],
        "list": "items" in spec,
        "description": spec.get("description", ""),
    }
