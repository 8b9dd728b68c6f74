"""Synthetic clients: names and addresses of nobody, numbers that pass every check."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from migrations_app.migration_file.identifiers import passes_eleven_test
from migrations_app.migration_file.records import Address, Client

_SURNAMES = (
    ("", "Bakker"), ("de", "Boer"), ("van der", "Berg"), ("", "Jansen"), ("", "Visser"), ("", "Smit"),
    ("de", "Vries"), ("van", "Dijk"), ("", "Mulder"), ("", "Hendriks"), ("", "Daniëls"), ("", "Özdemir"),
    ("van den", "Heuvel"), ("", "Willems"), ("", "Post"), ("", "Şahin"), ("ten", "Brinke"), ("", "Hoekstra"),
)  # fmt: skip
_INITIALS = ("A.", "B.J.", "C.", "D.M.", "E.", "F.H.", "G.", "H.", "I.", "J.P.", "K.", "L.", "M.", "N.")
_TRADES = ("Bakkerij", "Bouwbedrijf", "Adviesbureau", "Schildersbedrijf", "Café", "Transport", "Kwekerij")
_FORMS = ("B.V.", "Holding B.V.", "Beheer B.V.", "N.V.")
_STREETS = (
    "Dorpsstraat",
    "Kerkweg",
    "Molenlaan",
    "Stationsplein",
    "Prins Hendrikkade",
    "Burgemeester Röellstraat",
)
_CITIES = (
    "Amsterdam",
    "Utrecht",
    "Zwolle",
    "Middelburg",
    "'s-Hertogenbosch",
    "Leeuwarden",
    "Súdwest-Fryslân",
)

# prefixes of numbers: far from those in use
_PERSONS = 90_000_000
_BUSINESSES = 95_000_000


@lru_cache(maxsize=4096)
def number(prefix: int) -> str:
    """Nine digits that pass the 11-test; prefixes two apart give different numbers."""
    for eight in (prefix, prefix + 1):
        for digit in range(10):
            candidate = f"{eight:08d}{digit}"
            if passes_eleven_test(candidate):
                return candidate
    raise AssertionError("of two prefixes in a row one has a check digit")


def person_id(index: int) -> str:
    return f"P{index:07d}"


def business_id(index: int) -> str:
    return f"B{index:07d}"


def bsn(index: int) -> str:
    return number(_PERSONS + 2 * index)


def rsin(index: int) -> str:
    return number(_BUSINESSES + 2 * index)


def person(index: int) -> Client:
    prefix, surname = _SURNAMES[index % len(_SURNAMES)]
    return Client(
        id=person_id(index),
        client_number=str(10_000 + index),
        kind="person",
        name=surname,
        initials=_INITIALS[index % len(_INITIALS)],
        name_prefix=prefix or None,
        bsn=bsn(index),
        date_of_birth=date(1940, 1, 1) + timedelta(days=index * 37 % 20_000),
        email=f"klant{index}@voorbeeld.example",
        address=_address(index),
        partner_id=person_id(index ^ 1) if index % 6 == 0 else None,
        client_until=date(2020, 12, 31) if index % 50 == 49 else None,
        active=index % 50 != 49,
    )


def business(index: int) -> Client:
    own = rsin(index)
    _, surname = _SURNAMES[index * 5 % len(_SURNAMES)]
    return Client(
        id=business_id(index),
        client_number=str(5_000_000 + index),
        kind="business",
        name=f"{_TRADES[index % len(_TRADES)]} {surname} {_FORMS[index % len(_FORMS)]}",
        rsin=own,
        trade_register_number=f"{90_000_000 + index:08d}",
        vat_id=f"NL{own}B01",
        vat_return_number=f"{own}B01",
        payroll_tax_number=f"{own}L01" if index % 3 == 0 else None,
        phone="088-0000000",
        address=_address(index + 3),
    )


def _address(index: int) -> Address:
    return Address(
        street=_STREETS[index % len(_STREETS)],
        house_number=str(1 + index % 180),
        addition="a" if index % 9 == 0 else None,
        postcode=f"{1011 + index % 8900} {'ABCDEGHJ'[index % 8]}{'KLMNPRTV'[index % 7]}",
        city=_CITIES[index % len(_CITIES)],
    )
