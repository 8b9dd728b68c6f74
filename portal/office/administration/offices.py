"""Offices: made with their first kantoorbeheerder, changed, kept out and let in again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, TimeField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.office import acts, audit, people, support
from portal.office.administration.acts import Act, ConfirmedActs
from portal.office.administration.lists import called, yes_no
from portal.office.administration.pages import who
from portal.office.hours import short_nights
from portal.office.models import AcceptedTradeRegisterNumber, Membership, Office, OpeningHours, Role, User
from portal.ui.templatetags.ui import moment
from portal.ui.widgets import LongSelect

if TYPE_CHECKING:  # generic in the stubs only
    Inline = admin.TabularInline[Any, Any]
    OfficeModelForm = forms.ModelForm[Office]
    HoursFormSet = forms.BaseInlineFormSet[OpeningHours, Office, Any]
else:
    Inline, OfficeModelForm = admin.TabularInline, forms.ModelForm
    HoursFormSet = forms.BaseInlineFormSet

_FIELDS = (
    "name",
    "trade_register_number",
    "tax_consultant_number",
    "mfa_required",
    "certificate_required",
    "upload_quota_mib",
    "api_calls_per_minute",
)


class OpeningHoursFormSet(HoursFormSet):
    """A night of an office is as long here as it must be on the office's own page."""

    def clean(self) -> None:
        super().clean()
        week = {row["weekday"]: (row["opens_at"], row["closes_at"]) for row in self._rows()}
        if short_nights(week):
            raise ValidationError(_("Laat elke nacht ten minste zes uur achter elkaar gesloten."))

    def _rows(self) -> list[dict[str, Any]]:
        filled = [form.cleaned_data for form in self.forms if form.is_valid()]
        return [row for row in filled if row and not row.get("DELETE")]


class _Clock(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class OpeningHoursInline(Inline):
    model = OpeningHours
    # the browser's own, without the administration's clock
    formfield_overrides = {TimeField: {"form_class": forms.TimeField, "widget": _Clock}}
    formset = OpeningHoursFormSet
    # a row for each day, so that no script has to add one
    extra = max_num = 7

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **how: Any) -> Any:
        return super().formfield_for_choice_field(db_field, request, **{"widget": LongSelect, **how})


class AcceptedNumberInline(Inline):
    model = AcceptedTradeRegisterNumber
    extra = 2


class MembershipInline(Inline):
    """Who works there; an invitation adds somebody, under Gebruikers."""

    model = Membership
    extra = 0
    can_delete = False
    fields = readonly_fields = ("user", "role", "last_login")

    @admin.display(description=_("laatst ingelogd"))
    def last_login(self, membership: Membership) -> str:
        return moment(membership.user.last_login) or "-"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewOfficeForm(OfficeModelForm):
    administrator_email = forms.EmailField(
        label=_("E-mailadres van de eerste kantoorbeheerder"),
        help_text=_("Krijgt een uitnodiging om een wachtwoord in te stellen."),
    )

    def clean_administrator_email(self) -> str:
        email = str(self.cleaned_data["administrator_email"]).strip().lower()
        if User.objects.filter(email=email).exists():
            raise ValidationError(_("Met dit e-mailadres is er al een gebruiker."), code="already_known")
        return email


class OfficeAdmin(ConfirmedActs):
    office_path = ""
    active = yes_no("is_active", _("actief"))
    list_display = ("name", "trade_register_number", "active", "created_at")
    list_filter = ("is_active",)
    search_help_text = _("Naam, of het hele KvK-nummer")
    fields = _FIELDS
    acts = {
        "uitschakelen": Act(
            partial(support.set_office_active, active=False),
            lambda office: office.is_active,
            _("Uitschakelen"),
            _(
                "Iedereen van dit kantoor wordt meteen uitgelogd en kan niet meer inloggen; tokens werken "
                "niet meer. Wat in de wachtrij staat, wacht. Gegevens blijven staan."
            ),
            _("Het kantoor is uitgeschakeld."),
            danger=True,
        ),
        "inschakelen": Act(
            partial(support.set_office_active, active=True),
            lambda office: not office.is_active,
            _("Inschakelen"),
            _("Wie bij dit kantoor hoort en niet zelf is uitgeschakeld, kan weer inloggen."),
            _("Het kantoor is ingeschakeld."),
        ),
    }

    def found(self, words: str) -> Q:
        return called(words)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is None:
            kwargs["form"] = NewOfficeForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return _FIELDS if obj else (*_FIELDS[:2], "administrator_email", *_FIELDS[2:])

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[type[Any]]:
        both: list[type[Any]] = [OpeningHoursInline, AcceptedNumberInline]
        return [*both, MembershipInline] if obj else both

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The office's own trail says what Nextens did."""
        super().save_related(request, form, formsets, change)
        office, by = form.instance, who(request)
        changed = [str(form.fields[name].label) for name in form.changed_data]
        changed += [str(rows.model._meta.verbose_name_plural) for rows in formsets if rows.has_changed()]
        if changed:
            audit.record("office.changed", office=office, by=by, target=office, changed=", ".join(changed))
        if not change:
            acts.give_default_hours(office)
            email = form.cleaned_data["administrator_email"]
            people.invite(office=office, email=email, role=Role.ADMINISTRATOR, by=by)
