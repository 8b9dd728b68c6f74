"""Forms of the second step: allauth's, in the words of the screens and under the portal's throttle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.office import browsers, throttle
from portal.office.adapters import too_often
from portal.office.login_forms import FILL_IN_PASSWORD

# a code of an app is good for a step before and after its own
_CODE_LIVES = timedelta(minutes=2)


def code_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": _("Vul de code in.")},
    )


class CodeForm(base_forms.AuthenticateForm):  # type: ignore[misc]  # allauth ships no hints
    """The second step: a code of the app or a recovery code, each of which works once."""

    code = code_field(
        _("Code"), _("De code van 6 cijfers van uw authenticator-app, of een van uw herstelcodes.")
    )

    def clean_code(self) -> str:
        attempt = throttle.code_attempt(self.user.pk, browsers.known(context.request, self.user.email))
        if not attempt.heard:
            raise too_often(attempt)
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not self._is_new(code):
            raise get_adapter().validation_error("incorrect_code")
        throttle.succeeded(attempt)
        return code

    def _is_new(self, code: str) -> bool:
        digits = "".join(code.split())
        return throttle.first_time(f"totp {self.user.pk} {digits}", _CODE_LIVES)


class PasskeyStepForm(webauthn_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no hints
    credential = forms.JSONField(widget=forms.HiddenInput)


class AppForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]  # allauth ships no hints
    code = code_field(_("Code van de app"), _("De 6 cijfers die de app nu toont."))


class PasskeyForm(webauthn_forms.AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no hints
    name = forms.CharField(
        label=_("Naam"),
        help_text=_("Waaraan u deze passkey herkent, bijvoorbeeld Laptop kantoor."),
        max_length=60,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = ""

    def clean_name(self) -> str:
        return self.cleaned_data["name"] or str(_("Passkey"))


class PasswordAgainForm(account_forms.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no hints
    password = forms.CharField(
        label=_("Wachtwoord"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": FILL_IN_PASSWORD},
    )
