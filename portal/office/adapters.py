"""Where django-allauth asks for our texts and our ways."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.office.backends import OfficeBackend
from portal.office.models import User
from portal.office.passwords import send_password_link


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no hints
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("De gebruikersnaam of het wachtwoord klopt niet."),
        "too_many_login_attempts": _(
            "Er is te vaak geprobeerd in te loggen. Probeer het over vijf minuten opnieuw."
        ),
        "invalid_password_reset": _("Deze link is niet meer geldig. Vraag een nieuwe link aan."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say what happened themselves; allauth's own messages would say it twice."""

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """Queue the one-time link, for those who may log in."""
        if OfficeBackend().user_can_authenticate(user):
            send_password_link(user)
