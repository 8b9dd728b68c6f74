"""Home (S2): what asks for attention, and the returns somebody had open last."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portal.dossiers.recent import recent_returns
from portal.office import ports
from portal.office.access import member
from portal.office.http import OfficeRequest
from portal.office.models import User


@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """The office's home; Nextens administrators, who have no office, go to their administration."""
    user = request.user
    if isinstance(user, User) and not hasattr(user, "membership"):
        return redirect("admin:index")
    return _office_home(request)


@member
def _office_home(request: OfficeRequest) -> HttpResponse:
    return render(
        request,
        "home.html",
        {"attention": ports.attention(request.office), "recent": recent_returns(request.user)},
    )
