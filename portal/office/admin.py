"""Nextens administrators' view of offices, people, traces and mails; it shows no tax data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.office import audit, passwords, sending
from portal.office.hours import short_nights
from portal.office.models import (
    AcceptedTradeRegisterNumber,
    ApiToken,
    AuditEvent,
    Membership,
    Office,
    OpeningHours,
    OutgoingMail,
    SiteSettings,
    User,
)
from portal.office.models.mail import MailState
from portal.office.site import keep
from portal.office.tasks import send_due_mail

if TYPE_CHECKING:  # generic in the stubs only
    ModelAdmin = admin.ModelAdmin[Any]
    Inline = admin.TabularInline[Any, Any]
    UserModelForm = forms.ModelForm[User]
    HoursFormSet = forms.BaseInlineFormSet[OpeningHours, Office, Any]
else:
    ModelAdmin, Inline, UserModelForm = admin.ModelAdmin, admin.TabularInline, forms.ModelForm
    HoursFormSet = forms.BaseInlineFormSet

admin.site.site_header = admin.site.site_title = _("Nextens beheer")
admin.site.unregister(Group)  # rights follow from role and office


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


class OpeningHoursInline(Inline):
    model = OpeningHours
    formset = OpeningHoursFormSet
    extra = 0
    max_num = 7


class AcceptedNumberInline(Inline):
    model = AcceptedTradeRegisterNumber
    extra = 0


class MembershipInline(Inline):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)


@admin.register(Office)
class OfficeAdmin(ModelAdmin):
    list_display = ("name", "trade_register_number", "is_active", "created_at")
    list_filter = ("is_active",)
    search_fields = ("name", "trade_register_number")
    inlines = (OpeningHoursInline, AcceptedNumberInline, MembershipInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The office's own trail says what Nextens changed."""
        super().save_related(request, form, formsets, change)
        changed = [str(form.fields[name].label) for name in form.changed_data]
        changed += [str(rows.model._meta.verbose_name_plural) for rows in formsets if rows.has_changed()]
        if changed:
            by = request.user if isinstance(request.user, User) else None
            office = form.instance
            audit.record("office.changed", office=office, by=by, target=office, changed=", ".join(changed))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class UserForm(UserModelForm):
    class Meta:
        model = User
        fields = ("email", "name", "is_active", "is_staff", "is_superuser")

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email.lower()


@admin.register(User)
class UserAdmin(ModelAdmin):
    """People set their own passwords: an administrator can only send the link."""

    form = UserForm
    list_display = ("email", "name", "office", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    list_select_related = ("membership__office",)
    search_fields = ("email", "name")
    actions = ("send_link",)

    @admin.display(description=_("kantoor"))
    def office(self, user: User) -> str:
        membership = getattr(user, "membership", None)
        return membership.office.name if membership else ""

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @admin.action(description=_("Stuur een link om een wachtwoord in te stellen"))
    def send_link(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users.filter(is_active=True):
            passwords.send_password_link(user)
        messages.success(request, _("De links zijn klaargezet om te verzenden, voor wie actief is."))


class ReadOnlyAdmin(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(SiteSettings)
class SiteSettingsAdmin(ModelAdmin):
    """One row, which is made by setting the first address."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        keep(obj)
        by = request.user if isinstance(request.user, User) else None
        audit.record("site.changed", office=None, by=by, changed=", ".join(form.changed_data))


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = ("name", "prefix", "office", "created_by", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("office", "created_by")
    search_fields = ("name", "prefix", "office__name")
    exclude = ("digest",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ("at", "act", "office", "actor", "target_type")
    list_filter = ("act",)
    list_select_related = ("office", "actor")
    search_fields = ("office__name", "actor__email")
    date_hierarchy = "at"


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    """State only: the text of a mail may hold a link that works."""

    list_display = ("created_at", "kind", "office", "recipient", "state", "attempts", "sent_at", "last_error")
    list_filter = ("state", "kind")
    list_select_related = ("office",)
    search_fields = ("recipient", "office__name")
    exclude = ("text", "html")
    actions = ("resend",)

    @admin.action(description=_("Verzend opnieuw"))
    def resend(self, request: HttpRequest, mails: QuerySet[OutgoingMail]) -> None:
        """Once more from the first attempt; not for mails whose text was dropped after they went out."""
        gone = mails.filter(state=MailState.SENT, kind__in=sending.ONE_TIME_KINDS).values("pk")
        count = mails.exclude(pk__in=gone).update(
            state=MailState.WAITING, attempts=0, sent_at=None, next_attempt_at=timezone.now()
        )
        send_due_mail.delay()
        text = ngettext(
            "%d mail staat klaar voor verzending.", "%d mails staan klaar voor verzending.", count
        )
        messages.success(request, text % count)
