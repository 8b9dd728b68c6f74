"""Koppelingen: the API tokens of an office."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.office import tokens
from portal.office.access import administrator, own, password_again_to_change
from portal.office.http import OfficeRequest
from portal.office.models import ApiToken
from portal.office.token_forms import TokenForm

_PAUSES = {
    tokens.Pause.NO_ACCESS: gettext_lazy("heeft hier geen toegang"),
    tokens.Pause.NO_SECOND_STEP: gettext_lazy("heeft nog geen tweestapsverificatie"),
}
_page_and_form = require_http_methods(["GET", "HEAD", "POST"])


@_page_and_form
@administrator
@password_again_to_change
@never_cache
def connections(request: OfficeRequest) -> HttpResponse:
    """The list with a form for a new one. The answer to that form is the only page that shows the token."""
    form = TokenForm(request.POST) if request.method == "POST" else TokenForm()
    plain = _create(request, form) if form.is_valid() else ""
    now = timezone.now()
    context = {
        "form": TokenForm() if plain else form,
        "plain": plain,
        "rows": [(one, one.works(now), _why_paused(one)) for one in tokens.of_office(request.office)],
    }
    return render(request, "office/connections.html", context)


def _why_paused(token: ApiToken) -> str:
    return str(_PAUSES[pause]) if (pause := tokens.pause(token)) else ""


def _create(request: OfficeRequest, form: TokenForm) -> str:
    _token, plain = tokens.create_token(
        office=request.office,
        name=form.cleaned_data["name"],
        scopes=form.granted(),
        expires_at=form.expires_at(),
        by=request.user,
    )
    return plain


@_page_and_form
@administrator
def revoke(request: OfficeRequest, pk: UUID) -> HttpResponse:
    """Without the password: who takes access away is in a hurry."""
    token = own(request, ApiToken, pk)
    if request.method == "POST":
        if tokens.revoke_token(token, by=request.user):
            messages.success(request, _("Het token is ingetrokken."))
        else:
            messages.info(request, _("Het token was al ingetrokken."))
        return redirect("connections")
    return render(request, "office/revoke_token.html", {"token": token})
