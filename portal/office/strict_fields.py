"""Fields of JSON that take what they say and nothing that could be made into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.settings import api_settings

_WHOLE = api_settings.NON_FIELD_ERRORS_KEY
_NO_OBJECT = _("De aanvraag is geen JSON-object.")
if TYPE_CHECKING:  # generic in the stubs only
    Shape = serializers.Serializer[Any]
else:
    Shape = serializers.Serializer


class Text(serializers.CharField):
    """A JSON string, as it is."""

    default_error_messages = {"invalid": _("Dit is geen tekst.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without a fraction; 5.0 is one."""

    def to_internal_value(self, data: Any) -> int:
        is_whole = isinstance(data, int) or (isinstance(data, float) and data.is_integer())
        if isinstance(data, bool) or not is_whole:
            self.fail("invalid")
        return super().to_internal_value(int(data))


class Choice(serializers.ChoiceField):
    """One of some JSON strings."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Several(serializers.ListField):
    """A JSON list."""

    default_error_messages = {
        "min_length": _("Geef er ten minste {min_length} op."),
        "max_length": _("Geef er ten hoogste {max_length} op."),
    }


class Sent(Shape):
    """What a call sends; a name that is not known is a mistake."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        # DRF says of null, in English, that nothing was sent
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({_WHOLE: [serializers.ErrorDetail(str(_NO_OBJECT), "invalid")]})
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError(
                {
                    name: [serializers.ErrorDetail(str(_("Dit veld bestaat niet.")), "unknown")]
                    for name in unknown
                }
            )
        return super().to_internal_value(data)


def query_of(shape: type[Sent], request: Request) -> dict[str, Any]:
    """What the query says, checked by `shape`; a name that stands there twice is a mistake as well."""
    values = request.query_params
    twice = [name for name in values if len(values.getlist(name)) > 1]
    if twice:
        raise serializers.ValidationError(
            {name: [serializers.ErrorDetail(str(_("Dit staat er tweemaal.")), "invalid")] for name in twice}
        )
    asked = shape(data=values.dict())
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found
