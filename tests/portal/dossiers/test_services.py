import threading

import pytest
from django.db import IntegrityError, connection

from portal.dossiers.models import ReturnStatus, TaxReturn
from portal.dossiers.services import unlock
from portal.office.models import AuditEvent
from tests.portal.dossiers.rows import ClientFactory, ReturnFactory


@pytest.fixture
def tax_return(office):
    return ReturnFactory(client=ClientFactory(office=office))


def test_unlock_says_who_and_when(tax_return, staff_member):
    assert unlock(tax_return, by=staff_member)
    row = TaxReturn.objects.get()
    assert (row.status, row.unlocked_by) == (ReturnStatus.UNLOCKED, staff_member)
    assert row.unlocked_at == row.edited_at == row.updated_at


def test_unlock_is_in_the_audit_trail(tax_return, staff_member, office):
    unlock(tax_return, by=staff_member)
    event = AuditEvent.objects.get()
    assert (event.act, event.office, event.actor) == ("tax_return.unlocked", office, staff_member)
    assert event.target_id == tax_return.pk


def test_second_unlock_changes_nothing(tax_return, staff_member, administrator):
    unlock(tax_return, by=staff_member)
    first = TaxReturn.objects.values().get()
    assert not unlock(tax_return, by=administrator)
    assert TaxReturn.objects.values().get() == first
    assert AuditEvent.objects.count() == 1


def test_unlocked_return_cannot_hide_that_it_was_edited(tax_return, staff_member):
    unlock(tax_return, by=staff_member)
    with pytest.raises(IntegrityError, match="return_unlocked_is_edited"):
        TaxReturn.objects.update(edited_at=None)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_unlocks(tax_return, staff_member):
    outcomes = []
    barrier = threading.Barrier(2, timeout=10)

    def try_it():
        barrier.wait()
        outcomes.append(unlock(tax_return, by=staff_member))
        connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(outcomes) == [False, True]
    assert AuditEvent.objects.count() == 1
