"""The pages of an office's settings, and help."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.office import acts
from portal.office.access import member
from portal.office.forms import OfficeForm
from portal.office.hours import week_of
from portal.office.http import OfficeRequest
from portal.office.public_holidays import upcoming
from portal.office.site import site

SHOWN_HOLIDAYS = 5


@require_safe
@member
def settings_page(request: OfficeRequest) -> HttpResponse:
    return render(request, "office/settings.html")


@require_http_methods(["GET", "HEAD", "POST"])
@member
def office_data(request: OfficeRequest) -> HttpResponse:
    """Everybody of the office may read them; the kantoorbeheerder may change them."""
    if request.method == "POST" and not request.membership.is_administrator:
        raise PermissionDenied
    form = OfficeForm(request.POST or None, office=request.office, week=week_of(request.office))
    if request.method == "POST" and form.is_valid():
        acts.change_office(
            office=request.office, by=request.user, week=form.week(), data=form.data_of_office()
        )
        messages.success(request, _("De kantoorgegevens zijn opgeslagen."))
        return redirect("office_data")
    context = {
        "form": form,
        "accepted": request.office.accepted_trade_register_numbers.order_by("number"),
        "holidays": upcoming(timezone.localdate(), SHOWN_HOLIDAYS),
    }
    return render(request, "office/office_data.html", context)


def admin_login(request: HttpRequest) -> HttpResponse:
    """The administration asks who somebody is: for people of an office it is not there."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise Http404
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Open to everybody: also who cannot log in needs it."""
    return render(request, "office/help.html", {"site": site()})
