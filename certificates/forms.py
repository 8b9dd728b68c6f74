"""The upload of a certificate: one form, every refusal at the field that the person can mend."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from certificates import messages, services
from certificates.checking import EXTENSIONS, CheckedCertificate, check_file
from certificates.models import Certificate
from certificates.problems import CertificateProblem


class UploadForm(forms.Form):
    """After `is_valid`, `checked` holds the certificate with its key."""

    certificate = forms.FileField(
        label=_("Certificaat"),
        help_text=_(".pfx- of .p12-bestand"),
        allow_empty_file=True,
        max_length=None,
        error_messages={"required": messages.MISSING_FILE, "missing": messages.MISSING_FILE},
        widget=forms.FileInput(attrs={"accept": ",".join(EXTENSIONS)}),
    )
    # any text, also none or one with a NUL, is judged with the file: what is wrong with that comes first
    password = forms.Field(
        label=_("Wachtwoord"),
        help_text=_(
            "Voer bij 'Wachtwoord' het wachtwoord van uw PKIoverheid services certificaat in, "
            "niet dat van Nextens."
        ),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    is_active = forms.BooleanField(label=_("Actief"), required=False)

    checked: CheckedCertificate

    @sensitive_variables("password")
    def clean(self) -> dict[str, Any]:
        file = self.cleaned_data.get("certificate")
        password = self.cleaned_data.get("password") or ""
        if isinstance(file, UploadedFile):
            try:
                self.checked = _check(file, password)
            except CertificateProblem as problem:
                self.add_problem(problem)
        return self.cleaned_data

    def name_replaced(self, active: Certificate | None) -> None:
        """Say at Actief which certificate it takes the place of."""
        if active is not None:
            facts = {"subject": active.subject, "day": messages.shown_day(active.not_valid_after)}
            said = _("Met Actief vervangt u: %(subject)s, geldig t/m %(day)s.") % facts
            self.fields["is_active"].help_text = said

    def add_problem(self, problem: CertificateProblem) -> None:
        """Say at the right field why the file is refused."""
        name = "password" if problem.code in messages.PASSWORD_CODES else "certificate"
        self.add_error(name, forms.ValidationError(messages.refusal(problem), code=problem.code))


class CheckForm(UploadForm):
    """The same check of a file that is not kept."""

    is_active = None  # type: ignore[assignment]  # how a form leaves out a field of its parent


@sensitive_variables("password")
def _check(file: UploadedFile[bytes], password: str) -> CheckedCertificate:
    name = file.name or ""
    check_file(name, file.size or 0)
    return services.check(file.read(), file_name=name, password=password)
