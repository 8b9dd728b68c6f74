"""Forms about somebody's own account, and about the people of an office."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.office.login_forms import DIFFERENT, FILL_IN_AGAIN, FILL_IN_NEW
from portal.office.models import Role, User

_EMAIL_MESSAGES = {
    "required": _("Vul een e-mailadres in."),
    "invalid": _("Vul een volledig e-mailadres in, bijvoorbeeld naam@kantoor.nl."),
}


def password_field(label: Any, autocomplete: str, missing: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": missing},
    )


def name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Naam"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Vul uw naam in.")},
    )


class NewPasswordFields(forms.Form):
    """A new password, twice, as the validators of settings want it."""

    new = password_field(_("Nieuw wachtwoord"), "new-password", FILL_IN_NEW, _("Ten minste 12 tekens."))
    again = password_field(_("Nieuw wachtwoord (nogmaals)"), "new-password", FILL_IN_AGAIN)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self) -> str:
        password: str = self.cleaned_data["new"]
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and self.cleaned_data["new"] != again:
            raise forms.ValidationError(DIFFERENT, code="different")
        return again


class PasswordForm(NewPasswordFields):
    """Changing one's own password, which asks for the present one."""

    present = password_field(_("Huidig wachtwoord"), "current-password", _("Vul uw huidige wachtwoord in."))
    field_order = ("present", "new", "again")

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_present(self) -> str:
        password: str = self.cleaned_data["present"]
        if not get_adapter(self.request).reauthenticate(self.user, password):
            raise forms.ValidationError(_("Het huidige wachtwoord klopt niet."), code="wrong")
        return password


class InvitationForm(NewPasswordFields):
    name = name_field()
    field_order = ("name", "new", "again")


class NameForm(forms.Form):
    name = name_field()


class EmailForm(forms.Form):
    email = forms.EmailField(
        label=_("Nieuw e-mailadres"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "autocapitalize": "none"}),
        error_messages=_EMAIL_MESSAGES,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email == self.user.email:
            raise forms.ValidationError(_("Dit is al uw e-mailadres."), code="same")
        return email


def role_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Rol"),
        choices=Role.choices,
        initial=Role.STAFF_MEMBER,
        widget=forms.RadioSelect,
        help_text=_(
            "Een kantoorbeheerder beheert ook gebruikers, kantoorgegevens en koppelingen, en kan verwijderen."
        ),
    )


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mailadres"),
        help_text=_("Hiermee logt de nieuwe gebruiker in."),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
        error_messages=_EMAIL_MESSAGES,
    )
    role = role_field()


class RoleForm(forms.Form):
    role = role_field()
