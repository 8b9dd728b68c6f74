import traceback

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import xbrl
from tests.portal.xbrl.messages import OFFICIAL, ROOT, constructed, context, fact, message

LAUGHS = "<!DOCTYPE lolz [" + "".join(
    f'<!ENTITY lol{n} "{"lol" if not n else f"&lol{n - 1};" * 10}">' for n in range(10)
)
DECLARATIONS = {
    "empty DTD": "<!DOCTYPE xbrl>",
    "billion laughs": LAUGHS + "]>",
    "external subset": '<!DOCTYPE xbrl SYSTEM "http://127.0.0.1:9/x.dtd">',
    "external entity": '<!DOCTYPE xbrl [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    "parameter entity": '<!DOCTYPE xbrl [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
}


@pytest.mark.parametrize("declaration", DECLARATIONS.values(), ids=DECLARATIONS)
def test_every_dtd_is_refused(declaration):
    body = message(context(), fact(value="&lol9;&e;" if "ENTITY" in declaration else "1"), start=declaration)
    with pytest.raises(xbrl.ForbiddenMarkup):
        xbrl.read_instance(body)


def test_undefined_entity():
    with pytest.raises(xbrl.NotXml):
        xbrl.read_instance(message(context(), fact(value="&e;")))


@pytest.mark.parametrize("inside", ["tuple", "context"])
def test_depth(inside):
    deep = "<t:a>" * 10_000 + "</t:a>" * 10_000
    parts = (context(), deep) if inside == "tuple" else (context(scenario=deep),)
    with pytest.raises(xbrl.TooLarge):
        xbrl.read_instance(message(*parts))
    assert xbrl.read_instance(message(context(), "<t:a>" * 63 + "</t:a>" * 63)).facts == ()


def test_a_hundred_thousand_facts_and_no_more():
    assert len(xbrl.read_instance(message(context(), fact() * 100_000)).facts) == 100_000
    with pytest.raises(xbrl.TooLarge):
        xbrl.read_instance(message(context(), fact() * 100_001))


def test_elements_that_are_no_facts_are_counted():
    with pytest.raises(xbrl.TooLarge):
        xbrl.read_instance(message(context(), "<t:a/>" * 500_000))


def test_bytes():
    data = message()
    xbrl.read_instance(data, xbrl.Limits(max_bytes=len(data)))
    with pytest.raises(xbrl.TooLarge):
        xbrl.read_instance(data, xbrl.Limits(max_bytes=len(data) - 1))


def test_taxpayers_are_counted():
    several = [context(f"c{n}", number=f"{n:09d}") for n in range(11)]
    assert len(xbrl.taxpayers(xbrl.read_instance(message(*several[1:])))) == 10
    with pytest.raises(xbrl.TooLarge):
        xbrl.read_instance(message(*several))


@pytest.mark.parametrize("cut", range(0, len(OFFICIAL[2020]) - 1, 97))
def test_truncated(cut):
    with pytest.raises(xbrl.NotXml):
        xbrl.read_instance(OFFICIAL[2020][:cut])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        message(start='<?xml version="1.0" encoding="UTF-16"?>'),
        message(start='<?xml version="1.0" encoding="utf-7"?>'),
        message(start='<?xml version="1.0" encoding="big5"?>'),
        message(start='<?xml version="1.0" encoding="rot13"?>'),
        message(context(), fact(value="café")).decode().encode("latin-1"),
        message(context(), fact(value="\0")),
        message(context(), fact(value="&#xD800;")),
        message(context(), "<nowhere:a/>"),
        message() + b"<more/>",
    ],
)
def test_no_xml(data):
    with pytest.raises(xbrl.NotXml):
        xbrl.read_instance(data)


UNIT = '<xbrli:unit id="u"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit>'


@pytest.mark.parametrize(
    "data",
    [
        b"<Aangifte_LH/>",
        message(context()).replace(b"2003/instance", b"2003/another"),
        f"{ROOT}{context()}</xbrli:xbrl>".encode(),
        message(" "),
        message(context(), context()),
        message(context(), UNIT, UNIT),
        message(context(), '<xbrli:unit id="u"/>'),
        message(context(), fact(more='contextRef="x"')),
        message(context(), fact(more='contextRef="c" unitRef="x"')),
        message(context(), fact(value=fact())),
        message(context(number="")),
        message(context(number='1</xbrli:identifier><xbrli:identifier scheme="s">2')),
        message(context(period="<xbrli:instant>2023-13-01</xbrli:instant>")),
        message(context(period="<xbrli:instant>0001-01-01T00:00:00</xbrli:instant>")),
        message(context(period="<xbrli:instant>morgen</xbrli:instant>")),
        message(context(period="<xbrli:startDate>2023-01-01</xbrli:startDate>")),
        message(
            context(
                period="<xbrli:endDate>2022-01-01</xbrli:endDate><xbrli:startDate>2023-01-01</xbrli:startDate>"
            )
        ),
        message(context(scenario='<xbrldi:explicitMember dimension="x:y">z</xbrldi:explicitMember>')),
    ],
)
def test_no_xbrl(data):
    with pytest.raises(xbrl.NotXbrl):
        xbrl.read_instance(data)


@pytest.mark.parametrize(
    "data",
    [
        message(context(), fact(more='contextRef="111222333"')),
        message(context(period="<xbrli:instant>111222333</xbrli:instant>")),
        message(context(), fact(value="111222333<")),
        message(context(), fact(value="111222333\0")),
        message(context("111222333"), context("111222333")),
    ],
)
def test_no_number_in_what_is_said(data):
    with pytest.raises(xbrl.XbrlError) as caught:
        xbrl.read_instance(data)
    assert "111222333" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.code == "document-unreadable"


MESSAGES = [
    *OFFICIAL.values(),
    constructed("icp-2026"),
    constructed("icp-2020-tuples"),
    constructed("ob-2013"),
]
PIECES = st.sampled_from(
    [b"<", b">", b"&", b"]]>", b"<!--", b"<![CDATA[", b"\0", b"\xff\xfe", b"<t:a>", b'"', b":"]
)


@st.composite
def mutated(draw):
    data = bytearray(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 6))):
        at, length = draw(st.integers(0, len(data))), draw(st.integers(0, 40))
        other = draw(st.integers(0, len(data)))
        # cut, write, or put another place of the message here
        data[at : at + length] = draw(
            st.one_of(PIECES, st.binary(max_size=8), st.just(bytes(data[other : other + 60])))
        )
    return bytes(data)


@settings(max_examples=1000, deadline=1000, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_mutated_messages_are_read_or_refused(data):
    try:
        instance = xbrl.read_instance(data)
    except xbrl.XbrlError:
        return
    xbrl.readable(instance)
    xbrl.compare(
        xbrl.subject(instance), tax="OB", tax_year=2020, period=None, owner=lambda number: xbrl.Owner.NOBODY
    )
