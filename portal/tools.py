"""Tools: what the portal can check for you without keeping anything."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.office.access import member
from portal.office.http import OfficeRequest


@require_safe
@member
def tools(request: OfficeRequest) -> HttpResponse:
    return render(request, "tools.html")
