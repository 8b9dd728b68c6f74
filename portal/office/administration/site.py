"""The administration itself: who enters, how many pages a minute, what it looks like."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.office import call_limits
from portal.office.models import User

# the sections of the desk, in the order in which a case goes through them
MENU = (
    (_("Kantoren"), "admin:office_office_changelist"),
    (_("Gebruikers"), "admin:office_user_changelist"),
    (_("Migraties"), "admin:migrations_app_migrationjob_changelist"),
    (_("Certificaten"), "admin:certificates_certificate_changelist"),
    (_("Mails"), "admin:office_outgoingmail_changelist"),
    (_("Logboek"), "admin:office_auditevent_changelist"),
    (pgettext_lazy("admin", "Systeem"), "system"),
)


class Site(AdminSite):
    """Nextens administrators only; they have a second step (portal.office.mfa) and shorter sessions."""

    site_header = site_title = _("Nextens beheer")
    index_title = _("Overzicht")
    index_template = "admin/desk.html"
    site_url = None
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # nothing is deleted here
        self.disable_action("delete_selected")

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and super().has_permission(request) and not hasattr(user, "membership")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "menu": MENU}

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner: Callable[..., HttpResponseBase] = super().admin_view(view, cacheable)

        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return _too_many(request) or inner(request, *args, **kwargs)

        return update_wrapper(counted, view)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Where everybody changes it, with its traces and mails."""
        return redirect("account_change_password")


def _too_many(request: HttpRequest) -> HttpResponse | None:
    """Whoever reads faster than people do is no support desk."""
    user = request.user
    if (
        not user.is_authenticated
        or call_limits.count("desk", str(user.pk)) <= settings.ADMIN_PAGES_PER_MINUTE
    ):
        return None
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(call_limits.seconds_left())
    return response
