"""What the portal wrote by itself: mails, the audit trail, tokens; and the addresses outside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.office import audit, sending, support, trail
from portal.office.administration.acts import Act, ConfirmedActs
from portal.office.administration.lists import ByOffice, DeskList, Happened, Newest
from portal.office.administration.pages import ReadOnly, who
from portal.office.models import ApiToken, AuditEvent, OutgoingMail, Scope, SiteSettings
from portal.office.models.mail import MailState
from portal.office.site import keep
from portal.ui.templatetags.ui import moment

if TYPE_CHECKING:  # generic in the stubs only
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class OfEvents(Newest):
    field = "at"


class ActFilter(admin.SimpleListFilter):
    """By its sentence in the trail."""

    title = _("handeling")
    parameter_name = "handeling"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((act, str(text)) for act, text in trail.ACTS.items()), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(act=self.value()) if self.value() else queryset


class EventList(DeskList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        trail.tell_whom(self.result_list)


class AuditEventAdmin(ReadOnly):
    list_title = _("Logboek")
    list_display = ("at", "sentence", "office", "actor", "details")
    list_filter = (OfEvents, ByOffice, ActFilter)
    list_select_related = ("office", "actor")
    people_path = "actor"
    search_help_text = _("Naam of KvK-nummer van het kantoor, of het hele e-mailadres van wie het deed")
    fields = readonly_fields = ("at", "sentence", "office", "actor", "details", "facts")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[DeskList]:
        return EventList

    def get_object(self, *args: Any, **kwargs: Any) -> AuditEvent | None:
        event: AuditEvent | None = super().get_object(*args, **kwargs)
        trail.tell_whom([event] if event else [])
        return event

    def called(self, row: AuditEvent) -> str:
        return f"{trail.sentence(row)}, {moment(row.at)}"

    @admin.display(description=_("handeling"))
    def sentence(self, event: AuditEvent) -> str:
        return trail.sentence(event)

    @admin.display(description=_("bijzonderheden"))
    def details(self, event: AuditEvent) -> str:
        return trail.details(event)


def _may_go_again(mail: OutgoingMail) -> bool:
    """A text that was dropped after it went out is gone."""
    return not (mail.state == MailState.SENT and mail.kind in sending.ONE_TIME_KINDS)


def _may_be_read(mail: OutgoingMail) -> bool:
    """A link that works once is for its reader only."""
    return mail.kind not in sending.ONE_TIME_KINDS and bool(mail.text)


class OutgoingMailAdmin(ConfirmedActs, ReadOnly):
    """How mails stand; the text of those that hold no link that works."""

    list_display = (
        "created_at",
        "subject",
        "office",
        "recipient",
        "state",
        "attempts",
        "sent_at",
        "last_error",
    )
    list_display_links = ("subject",)
    list_filter = ("state", Newest, ByOffice)
    list_select_related = ("office",)
    exact_fields = ("recipient",)
    search_help_text = _("Het hele e-mailadres van de ontvanger, of naam of KvK-nummer van het kantoor")
    fields = readonly_fields = (
        "office", "recipient", "subject", "state", "attempts", "created_at", "sent_at",
        "next_attempt_at", "last_error",
    )  # fmt: skip
    change_form_template = "admin/desk_mail.html"
    acts = {
        "opnieuw": Act(
            support.send_again,
            _may_go_again,
            _("Verzend opnieuw"),
            _("De ontvanger krijgt deze mail nog eens, ook als hij al is verzonden."),
            _("De mail staat klaar voor verzending."),
        ),
    }

    def called(self, row: OutgoingMail) -> str:
        return f"{row.subject}, {moment(row.created_at)}"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("html")

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(require_safe(self.preview))
        return [
            path("<uuid:pk>/voorbeeld/", preview, name="office_outgoingmail_preview"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context["may_be_read"] = _may_be_read(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    def preview(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The mail as it looks; its own styles are inline, and nothing in it runs."""
        mail = OutgoingMail.objects.select_related("office").filter(pk=pk).first()
        if mail is None or not _may_be_read(mail):
            raise Http404
        self.look(request, mail)
        about = {**self.admin_site.each_context(request), "title": mail.subject, "opts": self.opts}
        shown: HttpResponse = _with_styles(render)(
            request, "admin/desk_preview.html", {**about, "mail": mail}
        )
        return shown


# as for the examples of mails: the frame obeys the page's policy
_with_styles: Any = csp_update({"style-src": ["'unsafe-inline'"]})


class ApiTokenAdmin(ReadOnly):
    list_display = ("name", "prefix", "office", "created_by", "last_used_at", "expires_at", "revoked_at")
    list_filter = (ByOffice, ("revoked_at", Happened))
    list_select_related = ("office", "created_by")
    exact_fields = ("prefix",)
    people_path = "created_by"
    search_help_text = _(
        "Begin van het token, e-mailadres van de maker, of naam of KvK-nummer van het kantoor"
    )
    # no digest
    fields = readonly_fields = (
        "name", "prefix", "rights", "office", "created_by", "created_at", "last_used_at", "expires_at",
        "revoked_at",
    )  # fmt: skip

    @admin.display(description=_("rechten"))
    def rights(self, token: ApiToken) -> str:
        return ", ".join(str(Scope(scope).label) for scope in token.scopes)


class SiteSettingsAdmin(ModelAdmin):
    """One row, which is made by setting the first address."""

    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    change_form_template = "admin/desk_form.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """No list of one row: the row."""
        kept = SiteSettings.objects.first()
        name = "admin:office_sitesettings_" + ("change" if kept else "add")
        return redirect(name, *([kept.pk] if kept else []))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        title = capfirst(str(self.opts.verbose_name))
        context |= {"title": title, "name": title, "subtitle": None, "back": reverse("admin:index")}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not SiteSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        keep(obj)
        changed = ", ".join(str(form.fields[name].label) for name in form.changed_data)
        audit.record("site.changed", office=None, by=who(request), changed=changed)
