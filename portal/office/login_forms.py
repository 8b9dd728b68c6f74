"""Logging in and a new password: allauth's forms in the words of the screens."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.office.models import User

FILL_IN_PASSWORD = _("Vul uw wachtwoord in.")
FILL_IN_NEW = _("Vul een nieuw wachtwoord in.")
DIFFERENT = _("De twee wachtwoorden zijn niet gelijk.")
FILL_IN_AGAIN = _("Vul het nieuwe wachtwoord nog eens in.")


class LoginForm(allauth_forms.LoginForm):  # type: ignore[misc]  # allauth ships no hints
    password = forms.CharField(
        label=_("Wachtwoord"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": FILL_IN_PASSWORD},
    )
    remember_name = forms.BooleanField(label=_("Onthoud mijn gebruikersnaam"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # no check of its form: a name that cannot exist gets the same answer as one that does not
        self.fields["login"] = forms.CharField(
            label=_("Gebruikersnaam (uw e-mailadres)"),
            widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
            error_messages={"required": _("Vul uw gebruikersnaam in.")},
        )
        self.order_fields(["login", "password", "remember_name"])
        if not self.is_bound:  # else the error summary has the focus
            first_empty = "password" if self.initial.get("login") else "login"
            self.fields[first_empty].widget.attrs["autofocus"] = True


class ForgottenForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]  # allauth ships no hints
    email = forms.EmailField(
        label=_("Gebruikersnaam (uw e-mailadres)"),
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        error_messages={
            "required": _("Vul uw gebruikersnaam in."),
            "invalid": _("Vul een volledig e-mailadres in, bijvoorbeeld naam@kantoor.nl."),
        },
    )

    def clean_email(self) -> str:
        # people have one address: their own
        email: str = self.cleaned_data["email"].lower()
        self.users = list(User.objects.select_related("membership__office").filter(email=email))
        return email


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no hints
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, missing in (
            ("password1", _("Nieuw wachtwoord"), FILL_IN_NEW),
            ("password2", _("Nieuw wachtwoord (nogmaals)"), FILL_IN_AGAIN),
        ):
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = missing
            self.fields[name].widget.attrs.pop("placeholder", None)
        self.fields["password1"].help_text = _("Ten minste 12 tekens.")

    def clean_password2(self) -> str:
        """Before allauth compares them, whose sentence is of another tone."""
        again: str = self.cleaned_data["password2"]
        if self.cleaned_data.get("password1", again) != again:
            raise forms.ValidationError(DIFFERENT, code="different")
        return again
