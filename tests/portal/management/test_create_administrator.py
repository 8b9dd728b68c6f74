"""The first administrator."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from portal.office.models import AuditEvent, User

EMAIL = "Beheer@Nextens.example"


@pytest.mark.django_db
def test_a_link_that_leads_to_a_password(capsys):
    call_command("create_administrator", EMAIL)
    user = User.objects.get(email="beheer@nextens.example")
    assert user.is_superuser
    assert not user.has_usable_password()
    assert AuditEvent.objects.filter(act="administrator.created", target_id=user.pk).exists()
    path = "/" + capsys.readouterr().out.strip().split("/", 3)[3]
    assert Client().get(path, follow=True).status_code == 200


@pytest.mark.django_db
def test_who_has_logged_in_gets_no_link():
    call_command("create_administrator", EMAIL)
    call_command("create_administrator", EMAIL)
    User.objects.update(last_login=timezone.now())
    with pytest.raises(CommandError, match="heeft al een account"):
        call_command("create_administrator", EMAIL)


@pytest.mark.django_db
def test_no_address_no_administrator():
    with pytest.raises(CommandError, match="geen e-mailadres"):
        call_command("create_administrator", "niemand")
    assert not User.objects.exists()
