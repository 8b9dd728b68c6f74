"""Rows for tests: the least that is valid, everything else by keyword."""

import factory
from factory.django import DjangoModelFactory

from portal.office.models import Membership, Office, Role, User

PASSWORD = "een-lang-wachtwoord"


class OfficeFactory(DjangoModelFactory):
    class Meta:
        model = Office

    name = factory.Sequence(lambda n: f"Kantoor {n}")
    trade_register_number = factory.Sequence(lambda n: f"{90000000 + n}")


class UserFactory(DjangoModelFactory):
    """Logs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"gebruiker{n}@kantoor.example")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(
            kwargs.pop("email"), kwargs.pop("password", PASSWORD), **kwargs
        )


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    office = factory.SubFactory(OfficeFactory)
    role = Role.STAFF_MEMBER
