"""One test PKI for the whole run: making keys is what takes the time."""

import pytest

from tests.certificates import pki as makers


@pytest.fixture(scope="session")
def pki():
    return makers.make_pki()


@pytest.fixture(scope="session")
def office_pair(pki):
    """A good services certificate of trade register number 12345678, with its key."""
    return makers.leaf(pki.services)


@pytest.fixture(scope="session")
def office_p12(office_pair):
    return makers.p12(office_pair)
