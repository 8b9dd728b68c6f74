"""The records of a migration file, as the contract has them: what JSON becomes and the engine imports."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct


class Kind(StrEnum):
    """What a part holds."""

    CLIENTS = "clients"
    RETURNS = "returns"
    ASSESSMENT_MESSAGES = "assessment_messages"
    EXTENSION_SCHEMES = "extension_schemes"
    TAX_CARDS = "tax_cards"
    RESPONSIBILITIES = "responsibilities"


FIRST_YEAR = 2015
FIRST_YEAR_OF_VAT = 2016
VAT_TAXES = frozenset({"OB", "ICP"})

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Year = Annotated[int, Meta(ge=1900, le=2100)]
Moment = Annotated[datetime, Meta(tz=True)]
MAX_EMAIL = 254
Email = Annotated[str, Meta(min_length=3, max_length=MAX_EMAIL, pattern=r"^[^@\s]+@[^@\s]+\Z")]
Sha256 = Annotated[str, Meta(min_length=64, max_length=64, pattern="^[0-9a-fA-F]{64}$")]
MediaType = Literal["application/xbrl+xml", "application/xml", "application/pdf", "application/octet-stream"]
ClientKind = Literal["person", "business"]
Tax = Literal["IB", "VPB", "OB", "ICP", "ERF", "SCHENK", "LH"]
Message = Literal["SBA", "SBU", "SBT"]
MessageStatus = Literal["Ongeopend", "Te verwerken", "Bezwaar en Beroep", "Akkoord", "Archief"]

# The contract gives these no length. Portal rows need one, so it is stated in docs/migration-file.md.
Text20 = Annotated[str, Meta(max_length=20)]
Text50 = Annotated[str, Meta(max_length=50)]
Text64 = Annotated[str, Meta(max_length=64)]
Text100 = Annotated[str, Meta(max_length=100)]
Text200 = Annotated[str, Meta(max_length=200)]

Sequence = Annotated[int, Meta(ge=1, le=2_147_483_647)]
Variant = Literal["return", "supplement", "provisional"]
Country = Annotated[str, Meta(min_length=2, max_length=2, pattern="^[A-Z]{2}$")]
# what null means of a record that the portal does not have yet; of others it leaves what is there
DEFAULT_SEQUENCE, DEFAULT_ACTIVE, DEFAULT_VARIANT, DEFAULT_COUNTRY = 1, True, "return", "NL"

if TYPE_CHECKING:
    # a number on the wire is a text after reading
    HouseNumber = str
else:
    HouseNumber = Text20 | Annotated[int, Meta(ge=0, le=10**9)]


class Base(Struct, gc=False, omit_defaults=True, kw_only=True):
    """Defaults are left out when written, so that a field added later changes no content hash."""


class Record(Base):
    """What every kind has: an id that is the same in every export."""

    id: Id


class Address(Base):
    street: Text200 | None = None
    house_number: HouseNumber | None = None
    addition: Text20 | None = None
    postcode: Text20 | None = None
    city: Text100 | None = None
    country: Country | None = None


class Document(Base):
    """A document that a record names: `path` is its entry, `bytes` its unpacked size."""

    path: Annotated[str, Meta(min_length=11, max_length=1024)]
    media_type: MediaType
    bytes: Annotated[int, Meta(ge=0, le=2**40)]
    sha256: Sha256


class Client(Record):
    client_number: Annotated[str, Meta(min_length=1, max_length=32)]
    kind: ClientKind
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    initials: Text50 | None = None
    name_prefix: Text50 | None = None
    bsn: Text20 | None = None
    rsin: Text20 | None = None
    sequence: Sequence | None = None
    trade_register_number: Annotated[str, Meta(min_length=8, max_length=8, pattern="^[0-9]{8}$")] | None = (
        None
    )
    vat_id: Text20 | None = None
    vat_return_number: Text20 | None = None
    payroll_tax_number: Text20 | None = None
    date_of_birth: date | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
    phone: Text50 | None = None
    address: Address | None = None
    partner_id: Id | None = None
    active: bool | None = None
    client_until: date | None = None


class OfClient(Record):
    """A record about a client of the same source."""

    client_id: Id


class TaxReturn(OfClient):
    tax: Tax
    tax_year: Year
    period: Annotated[str, Meta(max_length=21)]
    variant: Variant | None = None
    status: Text200 | None = None
    submitted_at: Moment | None = None
    modified_at: Moment | None = None
    amount: Decimal | None = None
    document: Document | None = None


class AssessmentMessage(OfClient):
    message: Message
    tax: Text20 | None = None
    tax_year: Year | None = None
    assessment_number: Text64 | None = None
    assessment_date: date | None = None
    objection_deadline: date | None = None
    amount: Decimal | None = None
    status: MessageStatus | None = None
    document: Document | None = None


class ExtensionScheme(OfClient):
    tax: Literal["IB", "VPB"]
    tax_year: Year
    status: Text200 | None = None
    financial_year_start: date | None = None
    financial_year_end: date | None = None
    extended_until: date | None = None


class TaxCardLine(Base):
    label: str
    value: str


class TaxCard(OfClient):
    tax_year: Year
    title: Text200 | None = None
    lines: list[TaxCardLine] | None = None
    document: Document | None = None


class Responsibility(OfClient):
    staff_email: Email
    staff_name: Text200 | None = None
    role: Text100 | None = None


AnyRecord = Client | TaxReturn | AssessmentMessage | ExtensionScheme | TaxCard | Responsibility

RECORD_TYPES: dict[Kind, type[AnyRecord]] = {
    Kind.CLIENTS: Client,
    Kind.RETURNS: TaxReturn,
    Kind.ASSESSMENT_MESSAGES: AssessmentMessage,
    Kind.EXTENSION_SCHEMES: ExtensionScheme,
    Kind.TAX_CARDS: TaxCard,
    Kind.RESPONSIBILITIES: Responsibility,
}


KINDS_WITH_YEAR = frozenset(Kind) - {Kind.CLIENTS, Kind.RESPONSIBILITIES}


def is_supported_year(year: int | None, tax: str | None = None) -> bool:
    """Whether the portal keeps what is of this tax year; a message may have no year."""
    if year is None or year >= FIRST_YEAR_OF_VAT:
        return True
    return year >= FIRST_YEAR and tax not in VAT_TAXES
