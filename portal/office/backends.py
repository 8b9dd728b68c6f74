"""Who may be logged in: asked at the login and again at every request."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Exists, OuterRef, QuerySet

from portal.office.models import User

# what may be the second step; recovery codes only stand in for one of these
MAIN_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class OfficeBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no hints
    """Admits active people of an active office, and Nextens administrators."""

    def get_user(self, user_id: Any) -> User | None:
        """The person of a session with membership and office, in one query; None once one is disabled.

        `has_mfa` says whether a second step is asked at the login.
        """
        user = _people().filter(pk=user_id).first()
        return user if self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        if not isinstance(user, User) or not user.is_active:
            return False
        membership = getattr(user, "membership", None)
        return user.is_staff if membership is None else membership.office.is_active

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        # people have one address: their own
        user = _people().filter(email=email.strip().lower()).first()
        found: AbstractBaseUser | None = self._check_password(user, password)
        return found

    @classmethod
    def _stash_user(cls, user: AbstractBaseUser | None) -> None:
        # allauth would send a disabled user who knows the password to a page of its own;
        # here every failure looks the same
        return None


def _people() -> QuerySet[User]:
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=MAIN_FACTORS)
    return User.objects.select_related("membership__office").annotate(has_mfa=Exists(factors))
