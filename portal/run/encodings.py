"""Forms are UTF-8, whatever charset a request says."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

_FORM = "application/x-www-form-urlencoded"


class FormsInUtf8:
    """This content type has no charset (URL standard, 6.2). Django refuses another one each time the form is
    read, also while it renders the page that says so, which then is no page at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type == _FORM and request.encoding:
            request.encoding = "utf-8"
        return self.get_response(request)
