"""The pages of an office's settings, and help."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.office import acts
from portal.office.access import member
from portal.office.forms import OpeningHoursForm
from portal.office.hours import week_of
from portal.office.http import OfficeRequest


@require_safe
@member
def settings_page(request: OfficeRequest) -> HttpResponse:
    return render(request, "office/settings.html")


@require_safe
@member
def account(request: OfficeRequest) -> HttpResponse:
    return render(request, "office/account.html")


@require_http_methods(["GET", "HEAD", "POST"])
@member
def office_data(request: OfficeRequest) -> HttpResponse:
    """Everybody of the office may read them; the kantoorbeheerder may change the kantoortijden."""
    if request.method == "POST" and not request.membership.is_administrator:
        raise PermissionDenied
    form = OpeningHoursForm(request.POST or None, week=week_of(request.office))
    if request.method == "POST" and form.is_valid():
        acts.set_opening_hours(office=request.office, week=form.week(), by=request.user)
        messages.success(request, _("De kantoortijden zijn opgeslagen."))
        return redirect("office_data")
    return render(request, "office/office_data.html", {"form": form})


def admin_login(request: HttpRequest) -> HttpResponse:
    """The administration asks who somebody is: for people of an office it is not there."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise Http404
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Open to everybody: also who cannot log in needs it."""
    return render(request, "office/help.html")
