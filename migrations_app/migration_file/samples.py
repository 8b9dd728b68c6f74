"""Synthetic records of every kind but clients, and the documents they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from random import Random

from migrations_app.migration_file.people import business_id, person_id, rsin
from migrations_app.migration_file.records import (
    AssessmentMessage,
    Document,
    ExtensionScheme,
    MessageStatus,
    Responsibility,
    Tax,
    TaxCard,
    TaxCardLine,
    TaxReturn,
)

OFFICIAL_VAT_NUMBER = "001000044B37"
OFFICIAL_AMOUNT = Decimal(3240)  # ValueAddedTaxOwedToBePaidBack
STAFF = (("medewerker@demo.example", "M. de Werker"), ("beheerder@demo.example", "B. de Beheerder"))
_ROLES = ("relatiebeheerder", "behandelaar", "beoordelaar")
_STATES = ("Verzonden", "Gereed", "In bewerking")
_MESSAGE_STATES: tuple[MessageStatus, ...] = ("Ongeopend", "Te verwerken", "Akkoord", "Archief")
_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)

# gives a record its document, given the record's id
Attach = Callable[[str], Document | None]


def no_document(record_id: str) -> None:
    """Records without documents."""


def record_id(random: Random) -> str:
    return f"{random.getrandbits(128):032x}"


def official_message(year: int) -> bytes:
    """The official example VAT return of 2020 or 2021, of October."""
    return files(__package__).joinpath("data", f"ob-aangifte-{year}.xbrl").read_bytes()


def vat_message(vat_return_number: str) -> bytes:
    """The official example of October 2021 with another taxpayer."""
    return official_message(2021).replace(OFFICIAL_VAT_NUMBER.encode(), vat_return_number.encode())


def desktop_file(record: str) -> bytes:
    """Stands for the desktop's own file of a return."""
    return f"SYNTHETIC\r\n{record}\r\n".encode()


def income_tax_returns(
    count: int, year: int, persons: int, random: Random, attach: Attach = no_document
) -> Iterator[TaxReturn]:
    """IB of a calendar year, one person after another."""
    for index in range(count):
        key = record_id(random)
        yield _return(key, person_id(index % persons), "IB", year, str(year), random, attach(key))


def corporate_tax_returns(
    count: int, year: int, businesses: int, random: Random, attach: Attach = no_document
) -> Iterator[TaxReturn]:
    """Vpb; every seventh business has a broken financial year."""
    for index in range(count):
        key = record_id(random)
        period = f"{year}-04-01/{year + 1}-03-31" if index % 7 == 6 else str(year)
        yield _return(key, business_id(index % businesses), "VPB", year, period, random, attach(key))


def vat_returns(
    count: int, year: int, businesses: int, random: Random, attach: Attach = no_document
) -> Iterator[TaxReturn]:
    """OB, four quarters a business; every tenth a supplement."""
    for index in range(count):
        key = record_id(random)
        owner = business_id(index // 4 % businesses)
        record = _return(key, owner, "OB", year, f"{year}-Q{1 + index % 4}", random, attach(key))
        record.variant = "supplement" if index % 10 == 9 else "return"
        yield record


def october_vat_returns(
    count: int, random: Random, add: Callable[[str, bytes], Document]
) -> Iterator[TaxReturn]:
    """OB of October 2021, each with an XBRL document of its own business."""
    for index in range(count):
        key = record_id(random)
        document = add(key, vat_message(f"{rsin(index)}B01"))
        yield TaxReturn(
            id=key,
            client_id=business_id(index),
            tax="OB",
            tax_year=2021,
            period="2021-10",
            status="Gereed",
            amount=OFFICIAL_AMOUNT,
            document=document,
        )


def _return(
    key: str, client: str, tax: Tax, year: int, period: str, random: Random, document: Document | None
) -> TaxReturn:
    chance = random.getrandbits(40)
    state = _STATES[chance % 3]
    changed = _NOON.replace(year=year + 1, month=1 + chance % 12) + timedelta(minutes=chance % 40_000)
    return TaxReturn(
        id=key,
        client_id=client,
        tax=tax,
        tax_year=year,
        period=period,
        status=state,
        submitted_at=changed if state == "Verzonden" else None,
        modified_at=changed,
        amount=Decimal(chance % 4_000_000 - 1_000_000).scaleb(-2),
        document=document,
    )


def assessment_messages(
    count: int, year: int, persons: int, random: Random, attach: Attach = no_document
) -> Iterator[AssessmentMessage]:
    """SBA of IB, every fourth an SBU; every seventh has no status, which the wizard then gives."""
    for index in range(count):
        key = record_id(random)
        dated = date(year + 1, 6, 1) + timedelta(days=index % 200)
        yield AssessmentMessage(
            id=key,
            client_id=person_id(index % persons),
            message="SBU" if index % 4 == 3 else "SBA",
            tax="IB",
            tax_year=year,
            assessment_number=f"{random.randrange(10**9):09d}H{year % 10}6",
            assessment_date=dated,
            objection_deadline=dated + timedelta(days=42),
            amount=Decimal(random.randrange(-500_000, 1_500_000)).scaleb(-2),
            status=None if index % 7 == 6 else _MESSAGE_STATES[index % len(_MESSAGE_STATES)],
            document=attach(key),
        )


def extension_schemes(count: int, year: int, persons: int, random: Random) -> Iterator[ExtensionScheme]:
    for index in range(count):
        yield ExtensionScheme(
            id=record_id(random),
            client_id=person_id(index % persons),
            tax="IB",
            tax_year=year,
            status="In uitstelregeling",
            financial_year_start=date(year, 1, 1),
            financial_year_end=date(year, 12, 31),
            extended_until=date(year + 2, 5, 1),
        )


def tax_cards(count: int, year: int, persons: int, random: Random) -> Iterator[TaxCard]:
    for index in range(count):
        box_1 = random.randrange(20_000, 90_000)
        yield TaxCard(
            id=record_id(random),
            client_id=person_id(index % persons),
            tax_year=year,
            title=f"Fiscale kaart {year}",
            lines=[
                TaxCardLine(label="Inkomen uit werk en woning", value=f"{box_1}"),
                TaxCardLine(label="Heffingskortingen", value="algemene heffingskorting, arbeidskorting"),
            ],
        )


def responsibilities(clients: list[str], random: Random) -> Iterator[Responsibility]:
    """Each client has one of the demo accounts."""
    for index, client in enumerate(clients):
        email, name = STAFF[index % len(STAFF)]
        yield Responsibility(
            id=record_id(random),
            client_id=client,
            staff_email=email,
            staff_name=name,
            role=_ROLES[index % len(_ROLES)],
        )
