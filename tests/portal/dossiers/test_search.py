import pytest

from portal.dossiers import search
from portal.dossiers.models import Client, ClientKind
from tests.portal.dossiers.rows import ClientFactory


@pytest.mark.parametrize(
    "text", ["111222333", "1112.22.333", "111 222 333", "123456782B01", "zie 111-222-333", "12345678901"]
)
def test_nine_digits_may_be_a_personal_number(text):
    assert search.holds_personal_number(text)


@pytest.mark.parametrize("text", ["", "12345678", "Bakkerij 2018", "1234 5678 A 9", "2018 2019"])
def test_fewer_digits_are_none(text):
    assert not search.holds_personal_number(text)


@pytest.fixture
def clients(db):
    ClientFactory(
        kind=ClientKind.PERSON,
        name="Boer",
        name_prefix="de",
        initials="J.",
        client_number="77",
        bsn="111222333",
    )
    ClientFactory(
        name="Bakkerij 100% A_B", client_number="78", rsin="123456782", vat_return_number="123456782B01"
    )
    return Client.objects.order_by("client_number")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("boer", ["77"]),
        ("J. de Boer", ["77"]),
        ("Boer J.", ["77"]),
        ("BAKKER", ["78"]),
        ("100%", ["78"]),
        ("1%", []),
        ("A_B", ["78"]),
        ("78", ["78"]),
        ("boer bakkerij", []),
        ("", ["77", "78"]),
    ],
)
def test_by_name(clients, text, found):
    assert [client.client_number for client in search.by_name(clients, text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("111222333", ["77"]),
        ("1112.22.333", ["77"]),
        ("123456782", ["78"]),
        ("123456782b01", ["78"]),
        ("111222", []),
        ("", []),
    ],
)
def test_by_number_is_exact(clients, text, found):
    assert [client.client_number for client in search.by_number(clients, text)] == found
