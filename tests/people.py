"""The people of the tests: two of an office, one of the neighbours, and a Nextens administrator."""

import time

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from portal.office.models import Office, Role, User
from tests.factories import PASSWORD, MembershipFactory, OfficeFactory

APP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def office(db) -> Office:
    return OfficeFactory(name="Nextens Demo", trade_register_number="12345678")


@pytest.fixture
def neighbour(db) -> Office:
    """Another office, which must never see anything of `office`."""
    return OfficeFactory(name="Ander Kantoor", trade_register_number="87654321")


@pytest.fixture
def administrator(office) -> User:
    """The kantoorbeheerder of `office`."""
    return member_of(office, Role.ADMINISTRATOR, "beheerder@demo.example")


@pytest.fixture
def staff_member(office) -> User:
    return member_of(office, Role.STAFF_MEMBER, "medewerker@demo.example")


@pytest.fixture
def neighbour_administrator(neighbour) -> User:
    return member_of(neighbour, Role.ADMINISTRATOR, "buur@ander.example")


@pytest.fixture
def nextens_administrator(db) -> User:
    return with_second_step(User.objects.create_superuser("admin@nextens.example", PASSWORD))


def with_second_step(user: User) -> User:
    """`user`, with an authenticator app whose secret is APP_SECRET."""
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(APP_SECRET)}
    )
    return user


def code(step: int = 0) -> str:
    """What the app shows; `step` 1 for the code after it, -1 for the one before."""
    return format_hotp_value(hotp_value(APP_SECRET, int(time.time()) // 30 + step))


def member_of(office: Office, role: Role, email: str) -> User:
    return MembershipFactory(office=office, role=role, user__email=email).user


def logged_in(user: User | None) -> Client:
    """A browser in which `user` is logged in; nobody, for None."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client
