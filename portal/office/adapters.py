"""Where django-allauth asks for our texts and our ways."""

from __future__ import annotations

import math
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.office import browsers, notices, throttle
from portal.office.backends import OfficeBackend
from portal.office.models import User
from portal.office.passwords import send_password_link
from portal.office.sessions import ORIGIN, SHORT


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no hints
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("De gebruikersnaam of het wachtwoord klopt niet."),
        "incorrect_password": _("Het wachtwoord klopt niet."),
        "invalid_password_reset": _("Deze link is niet meer geldig. Vraag een nieuwe link aan."),
    }
    _attempt: throttle.Attempt

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say what happened themselves; allauth's own messages would say it twice."""

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Queue the one-time link, for those who may log in."""
        if OfficeBackend().user_can_authenticate(user):
            send_password_link(user)

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """What allauth changed about how somebody logs in: a trace and a mail."""
        notices.account_changed(user, template_prefix.rpartition("/")[2])

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the guess before it is looked at; the same whether the name exists or not."""
        name = credentials.get("email", "")
        self._attempt = throttle.password_attempt(
            name, self.get_client_ip(request), browsers.known(request, name)
        )
        if not self._attempt.heard:
            raise too_often(self._attempt)
        time.sleep(self._attempt.wait)

    def _rollback_login_failed_rl_usage(self) -> None:
        throttle.succeeded(self._attempt)

    def reauthenticate(self, user: User, password: str) -> bool:
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password only: everybody has one."""
        url = reverse("account_reauthenticate")
        way = {"id": "reauthenticate", "description": _("Wachtwoord"), "url": url}
        return [way] if user.is_authenticated else []

    def login(self, request: HttpRequest, user: User) -> None:
        if not OfficeBackend().user_can_authenticate(user):  # disabled between the two steps
            raise ImmediateHttpResponse(redirect("account_login"))
        request.session[ORIGIN] = {
            "address": self.get_client_ip(request),
            "browser": browsers.describe(self.get_http_user_agent(request)),
            "at": timezone.now().isoformat(),
        }
        request.session[SHORT] = user.is_staff
        is_first = user.last_login is None
        super().login(request, user)
        if not is_first and browsers.known(request, user.email) is None:
            notices.new_login(user, **request.session[ORIGIN])

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        browsers.remember(request, response, user.email)
        return response


def too_often(attempt: throttle.Attempt) -> ValidationError:
    """The one answer to a guess that was not heard."""
    seconds = (attempt.until - timezone.now()).total_seconds() if attempt.until else 0
    minutes = max(1, math.ceil(seconds / 60))
    text = ngettext(
        "Er is te vaak geprobeerd in te loggen. Probeer het over %d minuut opnieuw.",
        "Er is te vaak geprobeerd in te loggen. Probeer het over %d minuten opnieuw.",
        minutes,
    )
    return ValidationError(text % minutes, code="too_many_login_attempts")
