"""The database refuses what would mix two offices, whoever writes it."""

import pytest
from django.db import IntegrityError, connection, transaction

from portal.dossiers.models import Client, Document
from tests.factories import OfficeFactory
from tests.portal.dossiers.rows import (
    RECORD_FACTORIES,
    CardFactory,
    ClientFactory,
    MessageFactory,
    ReturnFactory,
    document_row,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("factory", RECORD_FACTORIES)
def test_record_of_another_offices_client_is_refused(factory, office, neighbour):
    with pytest.raises(IntegrityError, match="client_of_office"):
        factory(client=ClientFactory(office=neighbour), office=office)


@pytest.mark.parametrize("factory", RECORD_FACTORIES)
def test_record_goes_with_its_client(factory):
    record = factory()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dossiers_client WHERE id = %s", [record.client_id])
    assert not type(record).objects.exists()


@pytest.mark.parametrize("factory", [ReturnFactory, MessageFactory, CardFactory])
def test_document_of_another_office_is_refused(factory, office, neighbour):
    document = document_row(neighbour)
    document.save()
    with pytest.raises(IntegrityError, match="document_of_office"):
        factory(client=ClientFactory(office=office), document=document)


def test_document_in_another_offices_pack_is_refused(office, neighbour):
    with pytest.raises(IntegrityError, match="document_pack_of_office"):
        document_row(office, pack=document_row(neighbour).pack).save()


def test_partner_of_another_office_is_refused(office, neighbour):
    client, stranger = ClientFactory(office=office), ClientFactory(office=neighbour)
    with pytest.raises(IntegrityError, match="client_partner_of_office"), transaction.atomic():
        Client.objects.filter(pk=client.pk).update(partner=stranger)
        connection.check_constraints()


@pytest.mark.parametrize("length", [0, 15, 33])
@pytest.mark.parametrize("factory", RECORD_FACTORIES)
def test_content_hash_has_16_to_32_bytes(factory, length):
    with pytest.raises(IntegrityError, match="content_hash_16_to_32"):
        factory(content_hash=b"x" * length)


@pytest.mark.parametrize("length", [31, 33])
def test_sha256_has_32_bytes(office, length):
    with pytest.raises(IntegrityError, match="document_sha256_32_bytes"):
        document_row(office, sha256=b"x" * length).save()


def test_office_with_everything_can_be_deleted_by_django():
    office = OfficeFactory()
    document = document_row(office)
    document.save()
    client = ClientFactory(office=office)
    ReturnFactory(client=client, document=document)
    Client.objects.filter(office=office).delete()
    connection.check_constraints()
    assert not Client.objects.exists()
    assert Document.objects.get() == document
