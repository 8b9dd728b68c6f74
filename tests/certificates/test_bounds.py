"""certificates.pkcs12.bounds: exactly one element, whole, not too deep, not too many."""

import pytest

from certificates.pkcs12.bounds import MAX_DEPTH, MAX_ELEMENTS, check_bounds
from certificates.problems import Unreadable

NULL = b"\x05\x00"
SHORT = b"\x30\x02" + NULL
LONG = b"\x30\x82\x00\x02" + NULL
ENDLESS = b"\x30\x80" + NULL + b"\x00\x00"
HIGH_TAG = b"\x3f\x81\x01\x02" + NULL


def nested(depth):
    return b"\x30\x80" * depth + b"\x00\x00" * depth


def many(count):
    return b"\x30\x84" + (len(NULL) * count).to_bytes(4) + NULL * count


@pytest.mark.parametrize(
    "data", [NULL, SHORT, LONG, ENDLESS, HIGH_TAG, b"\x30\x00", b"\x30\x80" + ENDLESS + b"\x00\x00"]
)
def test_one_whole_element(data):
    check_bounds(data)


@pytest.mark.parametrize("data", [NULL, SHORT, LONG, ENDLESS, HIGH_TAG])
def test_more_or_less_than_one_element(data):
    for changed in (data + b"\x00", data + NULL, *(data[:cut] for cut in range(len(data)))):
        with pytest.raises(Unreadable):
            check_bounds(changed)


@pytest.mark.parametrize(
    "data",
    [
        b"\x05\x80\x00\x00",
        b"\x30\x03\x04\x02\x00",
        b"\x30\x04\x30\x80\x05\x00\x00\x00",
        b"\x30\x85\x00\x00\x00\x00\x02" + NULL,
        b"\x3f\x81\x81\x81\x01\x00",
    ],
    ids=[
        "endless primitive",
        "child longer than its parent",
        "endless beyond its parent",
        "length of 5",
        "tag of 4",
    ],
)
def test_elements_that_do_not_fit(data):
    with pytest.raises(Unreadable):
        check_bounds(data)


def test_depth():
    check_bounds(nested(MAX_DEPTH))
    with pytest.raises(Unreadable):
        check_bounds(nested(MAX_DEPTH + 1))


def test_number():
    check_bounds(many(MAX_ELEMENTS - 1))
    with pytest.raises(Unreadable):
        check_bounds(many(MAX_ELEMENTS))
