"""Gebruikersbeheer, for the kantoorbeheerder, and the page of an invitation."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.office import people
from portal.office.access import administrator, password_again_to_change
from portal.office.account_forms import InvitationForm, InviteForm, RoleForm
from portal.office.backends import MAIN_FACTORS
from portal.office.http import OfficeRequest
from portal.office.models import Membership, Role

LAST = _("Er moet ten minste één kantoorbeheerder zijn die kan inloggen. Maak eerst iemand anders beheerder.")
_PER_PAGE = 50
read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@administrator
def overview(request: OfficeRequest) -> HttpResponse:
    people = Paginator(_people(request).order_by("user__email"), _PER_PAGE)
    return render(request, "office/people.html", {"page": people.get_page(request.GET.get("page"))})


@read_or_post
@administrator
@password_again_to_change
def invite(request: OfficeRequest) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            people.invite(office=request.office, email=form.cleaned_data["email"], role=role, by=request.user)
        except people.AlreadyKnownError:
            form.add_error("email", _("Dit e-mailadres heeft al toegang tot Nextens."))
        else:
            messages.success(request, _("De uitnodiging is verstuurd. De link werkt zeven dagen."))
            return redirect("people")
    return render(request, "office/invite.html", {"form": form})


@read_or_post
@administrator
@password_again_to_change
def one(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Somebody of the office; the button that was pressed says what to do."""
    membership = get_object_or_404(_people(request), user_id=pk)
    form = RoleForm(request.POST if "role" in request.POST else None, initial={"role": membership.role})
    if request.method == "POST" and ("role" not in request.POST or form.is_valid()):
        _do(request, membership, form)
        return redirect("person", pk)
    return render(request, "office/person.html", {"person": membership, "form": form})


def _do(request: OfficeRequest, membership: Membership, form: RoleForm) -> None:
    by = request.user
    try:
        if "disable" in request.POST:
            people.disable(membership, by=by)
        elif "enable" in request.POST:
            people.enable(membership, by=by)
        elif "invite" in request.POST:
            people.invite_again(membership, by=by)
        elif form.is_bound:
            people.change_role(membership, Role(form.cleaned_data["role"]), by=by)
    except people.LastAdministratorError:
        messages.error(request, LAST)
    except people.NotInvitedError:
        messages.error(request, _("Deze gebruiker heeft al een wachtwoord, of is uitgeschakeld."))
    else:
        messages.success(request, _("De wijziging is opgeslagen."))


@sensitive_post_parameters()
@never_cache
@read_or_post
def invitation(request: HttpRequest) -> HttpResponse:
    """The page of the mailed link: name and password, once."""
    secret = request.POST.get("sleutel") or request.GET.get("sleutel", "")
    found = people.find_invitation(secret)
    if found is None:
        return render(request, "account/invitation.html", {"gone": True})
    form = InvitationForm(request.POST or None, user=found.user, initial={"name": found.user.name})
    if request.method == "POST" and form.is_valid():
        try:
            people.accept(secret, name=form.cleaned_data["name"], password=form.cleaned_data["new"])
        except people.NotInvitedError:
            return render(request, "account/invitation.html", {"gone": True})
        messages.success(request, _("Uw account is klaar. U kunt nu inloggen."))
        return redirect("account_login")
    return render(request, "account/invitation.html", {"form": form, "secret": secret, "invited": found.user})


def _people(request: OfficeRequest) -> QuerySet[Membership]:
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=MAIN_FACTORS)
    own = Membership.objects.filter(office=request.office).select_related("user")
    return own.annotate(has_mfa=Exists(factors))
