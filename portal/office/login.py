"""Logging in and out and a forgotten password: allauth's views. The rest of allauth has no address."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.signing import BadSignature
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from portal.office import audit, login_forms, sessions
from portal.office.models import User

NAME_COOKIE = "gebruikersnaam"
_SALT = "portal.office.login.name"
_YEAR = 365 * 24 * 3600
# more than making a mail takes
FORGOTTEN_SECONDS = 0.5


class LoginView(allauth_views.LoginView):  # type: ignore[misc]  # allauth ships no hints
    form_class = login_forms.LoginForm
    template_name = "account/login.html"

    def get_initial(self) -> dict[str, Any]:
        name = remembered_name(self.request)
        return {**super().get_initial(), "login": name, "remember_name": bool(name)}

    def form_valid(self, form: login_forms.LoginForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if form.cleaned_data["remember_name"]:
            _remember(response, form.cleaned_data["login"])
        else:
            response.delete_cookie(NAME_COOKIE, path=settings.LOGIN_URL)
        return response


@method_decorator(never_cache, name="dispatch")
class ForgottenView(allauth_views.PasswordResetView):  # type: ignore[misc]  # allauth ships no hints
    form_class = login_forms.ForgottenForm
    template_name = "account/forgotten.html"
    success_url = reverse_lazy("account_reset_password_done")

    def form_valid(self, form: login_forms.ForgottenForm) -> HttpResponse:
        """Making a mail takes time: an answer at once would tell that nobody has this name."""
        began = time.monotonic()
        response: HttpResponse = super().form_valid(form)
        time.sleep(max(0.0, FORGOTTEN_SECONDS - (time.monotonic() - began)))
        return response


class LinkSentView(allauth_views.PasswordResetDoneView):  # type: ignore[misc]  # allauth ships no hints
    template_name = "account/link_sent.html"


@method_decorator(never_cache, name="dispatch")
class NewPasswordView(allauth_views.PasswordResetFromKeyView):  # type: ignore[misc]  # allauth ships no hints
    form_class = login_forms.NewPasswordForm
    template_name = "account/new_password.html"

    def form_valid(self, form: login_forms.NewPasswordForm) -> HttpResponse:
        """Sessions of the password before it work no more, and are no longer listed as if they did."""
        response: HttpResponse = super().form_valid(form)
        sessions.end(self.reset_user)
        return response


class PasswordChangedView(allauth_views.PasswordResetFromKeyDoneView):  # type: ignore[misc]  # allauth ships no hints
    template_name = "account/password_changed.html"


class LogoutView(allauth_views.LogoutView):  # type: ignore[misc]  # allauth ships no hints
    template_name = "account/logout.html"


def remembered_name(request: HttpRequest) -> str:
    """The name that this browser remembers; empty when none, or when the cookie is not ours."""
    try:
        return request.get_signed_cookie(NAME_COOKIE, default="", salt=_SALT) or ""
    except BadSignature:
        return ""


def _remember(response: HttpResponse, name: str) -> None:
    response.set_signed_cookie(
        NAME_COOKIE,
        name,
        salt=_SALT,
        max_age=_YEAR,
        path=settings.LOGIN_URL,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@receiver(user_logged_in, dispatch_uid="portal.office.login")
def leave_trace(user: User, **_: object) -> None:
    membership = getattr(user, "membership", None)
    audit.record("user.logged_in", office=membership.office if membership else None, by=user, target=user)
