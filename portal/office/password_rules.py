"""What a new password must be: Django's rules, in sentences of ours, of which Django lacks some in Dutch."""

from __future__ import annotations

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext as _


class LongEnough(rules.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return _("Dit wachtwoord is te kort. Kies er een van ten minste %d tekens.") % self.min_length


class Uncommon(rules.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return _("Dit wachtwoord wordt te vaak gebruikt. Kies een ander wachtwoord.")


class UnlikeItsOwner(rules.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return _("Dit wachtwoord lijkt te veel op uw naam of e-mailadres. Kies een ander wachtwoord.")
