"""Pages of the second step: at the login, and where somebody sets it up. allauth does the cryptography."""

from __future__ import annotations

import json
from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as base_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes
from allauth.mfa.totp import views as totp_views
from allauth.mfa.totp.internal.flows import deactivate_totp
from allauth.mfa.webauthn import views as webauthn_views
from allauth.mfa.webauthn.internal.flows import remove_authenticator
from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.office import mfa, mfa_forms, sessions
from portal.office.access import password_again, password_again_to_change, person
from portal.office.backends import MAIN_FACTORS
from portal.office.http import PersonRequest
from portal.office.models import User


class SecondStepView(base_views.AuthenticateView):  # type: ignore[misc]  # allauth ships no hints
    form_class = mfa_forms.CodeForm
    webauthn_form_class = mfa_forms.PasskeyStepForm
    template_name = "account/second_step.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        if form is self.webauthn_form:
            messages.error(self.request, _("De passkey is niet herkend. Probeer het opnieuw."))
        response: HttpResponse = super().form_invalid(form)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        factors = Authenticator.objects.filter(user=self.stage.login.user, type=Authenticator.Type.WEBAUTHN)
        context["passkey_options"] = _as_json(context["js_data"]["request_options"])
        context["has_passkeys"] = factors.exists()
        return context


class PasswordAgainView(account_views.ReauthenticateView):  # type: ignore[misc]  # allauth ships no hints
    form_class = mfa_forms.PasswordAgainForm
    template_name = "account/password_again.html"


class _EndsOthers:
    """Sessions that began with the password alone end when somebody gets a second step."""

    request: HttpRequest

    def form_valid(self, form: Any) -> HttpResponse:
        is_first = not getattr(self.request.user, "has_mfa", False)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # of the view beside it
        if is_first and isinstance(self.request.user, User):
            sessions.end(self.request.user, but=self.request.session.session_key)
        return response


class AppView(_EndsOthers, totp_views.ActivateTOTPView):  # type: ignore[misc]  # allauth ships no hints
    form_class = mfa_forms.AppForm
    template_name = "account/mfa_app.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["groups"] = [secret[at : at + 4] for at in range(0, len(secret), 4)]
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("De authenticator-app is gekoppeld."))
        response: HttpResponse = super().form_valid(form)
        return response


class PasskeyView(_EndsOthers, webauthn_views.AddWebAuthnView):  # type: ignore[misc]  # allauth ships no hints
    form_class = mfa_forms.PasskeyForm
    template_name = "account/mfa_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        context["passkey_options"] = _as_json(context["js_data"]["creation_options"])
        context["form"] = kwargs.get("form") or self.get_form()
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, _("De passkey is toegevoegd."))
        response: HttpResponse = super().form_valid(form)
        return response


@method_decorator(never_cache, name="dispatch")
class CodesView(code_views.ViewRecoveryCodesView):  # type: ignore[misc]  # allauth ships no hints
    template_name = "account/mfa_codes.html"


@require_safe
@person
def index(request: PersonRequest) -> HttpResponse:
    factors = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    of = {kind: [one for one in factors if one.type == kind] for kind in Authenticator.Type}
    context = {
        "app": next(iter(of[Authenticator.Type.TOTP]), None),
        "passkeys": [(one, one.wrap().name) for one in of[Authenticator.Type.WEBAUTHN]],
        "codes_left": sum(
            len(one.wrap().get_unused_codes()) for one in of[Authenticator.Type.RECOVERY_CODES]
        ),
        "is_on": any(of[kind] for kind in MAIN_FACTORS),
        "is_required": mfa.is_required(request.user),
    }
    return render(request, "account/mfa.html", context)


@require_http_methods(["POST"])
@person
@password_again
def new_codes(request: HttpRequest) -> HttpResponse:
    generate_recovery_codes(request)
    messages.success(request, _("Er zijn nieuwe herstelcodes gemaakt. De oude werken niet meer."))
    return redirect("mfa_view_recovery_codes")


@require_http_methods(["GET", "HEAD", "POST"])
@person
@password_again_to_change
def remove(request: PersonRequest) -> HttpResponse:
    """Ask, and then remove an app or a passkey; the last one stays where a second step is required."""
    if request.method != "POST":
        return redirect("mfa_index")
    pk = request.POST.get("factor", "")
    factors = Authenticator.objects.filter(user=request.user, type__in=MAIN_FACTORS)
    factor = get_object_or_404(factors, pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
    if mfa.is_required(request.user) and factors.count() == 1:
        messages.error(request, _("Tweestapsverificatie is verplicht. Voeg eerst een andere manier toe."))
        return redirect("mfa_index")
    if "sure" not in request.POST:
        name = factor.wrap().name if factor.type == Authenticator.Type.WEBAUTHN else ""
        return render(request, "account/mfa_remove.html", {"factor": factor, "name": name})
    (deactivate_totp if factor.type == Authenticator.Type.TOTP else remove_authenticator)(request, factor)
    messages.success(request, _("Verwijderd."))
    return redirect("mfa_index")


def _as_json(options: dict[str, Any]) -> str:
    """For a data attribute, which the page's script reads."""
    return json.dumps(options, cls=DjangoJSONEncoder)
