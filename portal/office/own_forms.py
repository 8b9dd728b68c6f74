"""Forms of what an office makes its own: its logo and its products."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from portal.office.models import Tax
from portal.office.pictures import FORMATS, MAX_BYTES, Picture, PictureProblem, redraw

_ACCEPTED = ",".join(f"image/{name.lower()}" for name in FORMATS)


class LogoForm(forms.Form):
    """After `is_valid`, `picture` holds the logo as it will be shown."""

    error_messages = {
        "too-many-bytes": _("Het bestand is groter dan 1 MB. Verklein de afbeelding."),
        "too-many-pixels": _("De afbeelding is breder of hoger dan 4000 pixels. Verklein de afbeelding."),
        "no-picture": _("Dit bestand is geen PNG-, JPEG- of WebP-afbeelding, of het is beschadigd."),
    }
    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("PNG, JPEG of WebP, ten hoogste 1 MB en 4000 pixels breed en hoog."),
        allow_empty_file=True,
        error_messages={
            "required": _("Selecteer een afbeelding."),
            "missing": _("Selecteer een afbeelding."),
        },
        widget=forms.FileInput(attrs={"accept": _ACCEPTED}),
    )

    picture: Picture

    def clean_logo(self) -> UploadedFile[bytes]:
        file: UploadedFile[bytes] = self.cleaned_data["logo"]
        try:
            # one byte more than is allowed tells that there are too many
            self.picture = redraw(file.read(MAX_BYTES + 1))
        except PictureProblem as problem:
            message = self.error_messages[problem.code]
            raise forms.ValidationError(message, code=problem.code) from problem
        return file


class ProductsForm(forms.Form):
    taxes = forms.MultipleChoiceField(
        label=_("Producten"),
        help_text=_("Kiest u er geen, dan staat geen product voorop."),
        required=False,
        choices=(
            (Tax.IB, _("Inkomstenbelasting (IB)")),
            (Tax.VPB, _("Vennootschapsbelasting (VPB)")),
            (Tax.OB, _("Omzetbelasting (OB)")),
            (Tax.ICP, _("Opgaaf intracommunautaire prestaties (ICP)")),
            (Tax.ERF, _("Erfbelasting")),
            (Tax.SCHENK, _("Schenkbelasting")),
            (Tax.LH, _("Loonheffingen (LH)")),
        ),
        widget=forms.CheckboxSelectMultiple,
    )
