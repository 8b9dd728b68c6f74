"""Rows of dossiers for tests: the least that is valid, everything else by keyword."""

import datetime as dt
import hashlib
import secrets
from uuid import uuid4

import factory
from django.core.files.storage import default_storage
from factory.django import DjangoModelFactory

from portal.dossiers import models
from portal.dossiers.documents import PackWriter
from portal.ids import uuid7
from portal.office.keys import storage_keyring
from tests.factories import OfficeFactory


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = models.Source

    office = factory.SubFactory(OfficeFactory)
    source_uuid = factory.LazyFunction(uuid4)
    kind = models.SourceKind.CLASSIC
    name = "PC-03"


class MigrationFactory(DjangoModelFactory):
    class Meta:
        model = models.Migration

    id = factory.LazyFunction(uuid7)
    office = factory.SubFactory(OfficeFactory)
    reference = "MIG-2026-0042"


class ClientFactory(DjangoModelFactory):
    class Meta:
        model = models.Client

    office = factory.SubFactory(OfficeFactory)
    client_number = factory.Sequence(lambda n: f"{1000 + n}")
    kind = models.ClientKind.BUSINESS
    name = "Bakkerij A BV"
    created_in = factory.SubFactory(MigrationFactory, office=factory.SelfAttribute("..office"))


class RecordFactory(DjangoModelFactory):
    class Meta:
        abstract = True

    client = factory.SubFactory(ClientFactory)
    office = factory.SelfAttribute("client.office")
    source = factory.SubFactory(SourceFactory, office=factory.SelfAttribute("..office"))
    record_key = factory.Sequence(lambda n: f"r{n}")
    content_hash = factory.LazyFunction(lambda: secrets.token_bytes(16))
    created_in = factory.SelfAttribute("client.created_in")


class ReturnFactory(RecordFactory):
    class Meta:
        model = models.TaxReturn

    tax = models.Tax.VPB
    tax_year = 2018
    period = "2018"
    period_start = dt.date(2018, 1, 1)
    period_end = dt.date(2018, 12, 31)
    variant = models.Variant.RETURN
    product = "VpbWin"
    product_year = 2018


class MessageFactory(RecordFactory):
    class Meta:
        model = models.AssessmentMessage

    message = models.Message.SBA
    status = models.MessageStatus.UNOPENED


class SchemeFactory(RecordFactory):
    class Meta:
        model = models.ExtensionScheme

    tax = "IB"
    tax_year = 2020


class CardFactory(RecordFactory):
    class Meta:
        model = models.TaxCard

    tax_year = 2020


class ResponsibilityFactory(RecordFactory):
    class Meta:
        model = models.Responsibility

    staff_email = "j.devries@kantoor.example"


RECORD_FACTORIES = [ReturnFactory, MessageFactory, SchemeFactory, CardFactory, ResponsibilityFactory]


def store(office, *documents, media_type="application/xbrl+xml"):
    """Put documents (bytes) into one pack of the office, as an import does, and return their rows."""
    with PackWriter(office, storage_keyring(), default_storage) as writer:
        for data in documents:
            writer.add(data, media_type)
        finished = writer.finish()
    finished.pack.save(force_insert=True)
    rows = [models.Document(office=office, pack=finished.pack, **row._asdict()) for row in finished.documents]
    return models.Document.objects.bulk_create(rows)


def document_row(office, **values):
    """A document row whose bytes are nowhere."""
    pack = models.DocumentPack.objects.create(
        office=office, storage_name=str(uuid4()), wrapped_key=b"-", size=1
    )
    defaults = {"offset": 0, "stored_size": 1, "size": 1, "media_type": "application/xml", "pack": pack}
    defaults["sha256"] = hashlib.sha256(secrets.token_bytes(8)).digest()
    return models.Document(office=office, **defaults | values)
