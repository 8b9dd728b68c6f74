"""A null stands for its default in a new row alone: an update never erases, and what is said counts."""

from __future__ import annotations

import pytest

from portal.dossiers.models import Client, TaxReturn
from tests.migrations_app.files import DATABASE, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)  # a batch ends with its commit

NULLS = {"sequence": None, "active": None, "address": {"city": "Ede", "country": None}}
SAID = {"sequence": 2, "active": False, "address": {"street": "Kerkweg", "country": "BE"}}
DEFAULTS = {"sequence": 1, "active": True, "address": {"country": "NL"}}


def a_file(about, variant):
    return migration_file(
        part("clients", client(rsin="111222333", **about)), part("returns", tax_return(variant=variant))
    )


def what_is_there():
    found, of_client = Client.objects.get(), TaxReturn.objects.get()
    return found.sequence, found.active, found.country, of_client.variant


@pytest.mark.parametrize("is_known", [False, True])
def test_a_new_row_has_the_defaults(imported, is_known):
    if is_known:  # the portal then stages what it compares
        imported(migration_file(part("clients", client("K9", rsin="123456782"))))
    imported(a_file(NULLS, None))
    found, of_client = Client.objects.get(client_number="10K1"), TaxReturn.objects.get()
    assert (found.sequence, found.active, found.country, of_client.variant) == (1, True, "NL", "return")


def test_null_leaves_what_the_portal_has(imported, outcomes):
    imported(a_file(SAID, "supplement"))
    job = imported(a_file(NULLS, None))
    assert outcomes(job) == {"clients": {"updated": 1}, "returns": {"updated": 1}}
    assert what_is_there() == (2, False, "BE", "supplement")
    assert (Client.objects.get().city, Client.objects.get().street) == ("Ede", "Kerkweg")


def test_a_default_that_is_said_counts_as_any_other_value(imported, outcomes):
    imported(a_file(SAID, "supplement"))
    imported(a_file(NULLS, None))
    job = imported(a_file(DEFAULTS, "return"))
    assert outcomes(job) == {"clients": {"updated": 1}, "returns": {"updated": 1}}
    assert what_is_there() == (1, True, "NL", "return")


def test_a_first_address_without_country_is_dutch(imported):
    imported(a_file({}, None))
    assert Client.objects.get().country == ""
    imported(a_file({"address": {"city": "Ede"}}, None))
    assert Client.objects.get().country == "NL"


@pytest.mark.parametrize(("sequence", "clients"), [(None, 1), (1, 1), (2, 2)])
def test_without_a_number_in_the_series_it_is_the_first(imported, sequence, clients):
    imported(a_file({}, None))
    about = client("D1", rsin="111222333", sequence=sequence)
    imported(migration_file(part("clients", about, source=DATABASE)))
    assert Client.objects.count() == clients
