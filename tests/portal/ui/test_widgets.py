"""What our own widgets show is what Django's show."""

import pytest
from django import forms
from django.test.html import parse_html
from django.utils.translation import gettext_lazy as _

from portal.ui.widgets import LongSelect

CHOICES = [("", _("Alle")), ("a", "A & <b>"), (7, 'zeven "7"')]


@pytest.mark.parametrize("value", [None, "", "a", 7, "7", "not one of them"])
@pytest.mark.parametrize("required", [True, False])
def test_a_long_choice_looks_as_an_ordinary_one(value, required):
    shown = []
    for widget in (LongSelect, forms.Select):

        class Asked(forms.Form):
            act = forms.ChoiceField(
                choices=CHOICES, required=required, widget=widget(attrs={"class": "wide"})
            )

        shown.append(forms.BoundField(Asked({"act": value}), Asked.base_fields["act"], "act").as_widget())
    ours, theirs = map(parse_html, shown)
    assert ours == theirs
