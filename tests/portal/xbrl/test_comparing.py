import datetime as dt

import pytest

from portal import xbrl
from portal.xbrl import Finding, Owner
from tests.portal.xbrl.messages import CONSTRUCTED, OFFICIAL, constructed, context, message

OCTOBER = xbrl.Days(dt.date(2020, 10, 1), dt.date(2020, 10, 31))
OWNERS = {"001000044": Owner.CLIENT, "123456782": Owner.CLIENT, "111222333": Owner.OTHER_CLIENT}
NT = "http://www.nltaxonomie.nl"


def compared(data, *, tax, tax_year=None, period=None, owners=OWNERS):
    return xbrl.compare(
        xbrl.subject(xbrl.read_instance(data)),
        tax=tax,
        tax_year=tax_year,
        period=period,
        owner=lambda number: owners.get(number, Owner.NOBODY),
    )


def year(number):
    return xbrl.Days(dt.date(number, 1, 1), dt.date(number, 12, 31))


@pytest.mark.parametrize(
    ("address", "kind", "version", "taxes"),
    [
        (f"{NT}/7.0/report/bd/entrypoints/rpt-bd-omzetbelasting-2013.xsd", "ob-aangifte-2013", 7, "OB"),
        (f"{NT}/10.0/report/bd/entrypoints/bd-rpt-ob-aangifte-2016.xsd", "ob-aangifte-2016", 10, "OB"),
        (f"{NT}/nt12/bd/20171213/entrypoints/bd-rpt-icp-opgaaf-2018.xsd", "icp-opgaaf-2018", 12, "ICP"),
        (f"{NT}/nt14/bd/20200219/entrypoints/bd-rpt-ih-sba-2019.xsd", "ih-sba-2019", 14, "IB"),
        (f"{NT}/nt14/bd/20200219/entrypoints/bd-rpt-zvw-sba-2019.xsd", "zvw-sba-2019", 14, "ZVW IB"),
        (
            f"{NT}/nt14/bd/20200219/entrypoints/bd-rpt-ihz-vpb-uitstel-2019.xsd",
            "ihz-vpb-uitstel-2019",
            14,
            "IB VPB",
        ),
        (f"{NT}/nt20.2/bd/20260916/entrypoints/bd-rpt-vpb-aangifte-2025.xsd", "vpb-aangifte-2025", 20, "VPB"),
        (f"{NT}/nt17/bd/20221207/entrypoints/bd-rpt-iets-nieuws-2023.xsd", "iets-nieuws-2023", 17, ""),
        (
            f"https{NT[4:]}/nt17/bd/20221207/entrypoints/bd-rpt-ob-suppletie-2023.xsd",
            "ob-suppletie-2023",
            17,
            "OB",
        ),
    ],
)
def test_entry_points_of_any_year(address, kind, version, taxes):
    found = xbrl.message_kind(address)
    assert (found.name, found.nt_version, found.taxes) == (kind, version, set(taxes.split()))


def test_titles_in_dutch():
    address = f"{NT}/nt14/bd/20200219/entrypoints/bd-rpt-{{}}-2019.xsd"
    assert (
        xbrl.message_kind(address.format("ih-sba")).title == "Servicebericht aanslag inkomstenbelasting 2019"
    )
    assert xbrl.message_kind(address.format("iets-nieuws")).title == "iets-nieuws 2019"


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"{NT}/nt14/kvk/20191211/entrypoints/kvk-rpt-jaarverantwoording-2019.xsd",
        "http://www.nltaxonomie.example/nt14/bd/20191211/entrypoints/bd-rpt-ob-aangifte-2020.xsd",
        f"{NT}/nt14/bd/20191211/entrypoints/bd-rpt-ob-aangifte-2020.xsd?x",
    ],
)
def test_other_entry_points_are_unknown(address):
    assert xbrl.message_kind(address) is None


def test_own_message():
    assert compared(OFFICIAL[2020], tax="OB", tax_year=2020, period=OCTOBER) == []
    taxpayer = xbrl.taxpayer(xbrl.read_instance(OFFICIAL[2020]))
    assert (taxpayer.number, taxpayer.identity, taxpayer.known_scheme) == ("001000044B37", "001000044", True)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"tax": "ICP"}, [Finding.MISMATCH]),
        ({"tax_year": 2021, "period": OCTOBER._replace(end=dt.date(2020, 12, 31))}, [Finding.MISMATCH]),
        ({"owners": {"001000044": Owner.OTHER_CLIENT}}, [Finding.MISMATCH]),
        ({"owners": {}}, [Finding.DIFFERS]),
    ],
)
def test_vat_return(more, expected):
    record = {"tax": "OB", "tax_year": 2020, "period": OCTOBER}
    assert compared(OFFICIAL[2020], **record | more) == expected


def test_supplement_of_a_year_beside_a_quarter():
    data = OFFICIAL[2020].replace(b"bd-rpt-ob-aangifte", b"bd-rpt-ob-suppletie")
    assert compared(data, tax="OB", period=year(2020)) == []
    assert compared(data, tax="OB", period=year(2019)) == [Finding.MISMATCH]


@pytest.mark.parametrize(
    ("name", "tax", "period", "expected"),
    [
        ("vpb-2019", "VPB", year(2019), [Finding.UNKNOWN_SCHEME]),
        ("vpb-2019", "VPB", xbrl.Days(dt.date(2019, 4, 1), dt.date(2020, 3, 31)), [Finding.UNKNOWN_SCHEME]),
        ("vpb-2019", "VPB", xbrl.Days(dt.date(2020, 1, 1), dt.date(2020, 12, 31)), [Finding.MISMATCH]),
        ("vpb-2019", "IB", year(2019), [Finding.MISMATCH]),
        ("ob-2020-q4", "OB", xbrl.Days(dt.date(2020, 10, 1), dt.date(2020, 12, 31)), []),
        ("icp-2026", "ICP", xbrl.Days(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), []),
    ],
)
def test_returns(name, tax, period, expected):
    assert compared(constructed(name), tax=tax, tax_year=period.start.year, period=period) == expected


def test_inheritance_of_the_day_of_death():
    day = xbrl.Days(dt.date(2020, 3, 14), dt.date(2020, 3, 14))
    owners = {"111222333": Owner.CLIENT}
    assert compared(constructed("erf-2020"), tax="ERF", period=day, owners=owners) == [Finding.UNKNOWN_SCHEME]


@pytest.mark.parametrize(
    ("tax", "tax_year", "is_mismatch"),
    [
        ("IB", 2019, False),
        (None, None, False),
        ("Kinderopvang", 2019, False),
        ("ib", 2018, True),
        ("VPB", 2019, True),
    ],
)
def test_assessment_messages(tax, tax_year, is_mismatch):
    found = compared(
        constructed("sba-ih-2019"), tax=tax, tax_year=tax_year, owners={"111222333": Owner.CLIENT}
    )
    assert (found == [Finding.MISMATCH]) is is_mismatch


def test_assessment_message_whose_entry_point_alone_has_the_year():
    data = (
        constructed("sba-ih-2019").replace(b"2019-01-01", b"2020-06-26").replace(b"2019-12-31", b"2020-06-26")
    )
    owners = {"111222333": Owner.CLIENT}
    assert compared(data, tax="IB", tax_year=2019, owners=owners) == [Finding.UNKNOWN_SCHEME]
    assert compared(data, tax="IB", tax_year=2018, owners=owners) == [Finding.MISMATCH]


def test_unreadable():
    found = xbrl.compare(None, tax="OB", tax_year=2020, period=None, owner=lambda number: Owner.CLIENT)
    assert found == [Finding.UNREADABLE]


def test_other_entry_point_is_reported_and_not_judged():
    data = message(context(number="111222333"), entry="http://www.kvk.example/jaarrekening.xsd")
    assert compared(data, tax="OB", tax_year=2000) == [Finding.UNKNOWN_SCHEME]


def test_a_number_of_another_shape_is_nobodys():
    assert compared(message(context(number="12345678")), tax="OB") == [
        Finding.DIFFERS,
        Finding.UNKNOWN_SCHEME,
    ]


def test_second_taxpayer_who_is_another_client():
    data = message(context(number="001000044B01"), context("d", number="111222333"))
    assert compared(data, tax="OB") == [Finding.MISMATCH]


def test_message_of_moments_only_has_no_period_to_contradict():
    data = message(context(number="001000044", period="<xbrli:instant>2020-01-01</xbrli:instant>"))
    assert compared(data, tax="OB", period=OCTOBER) == [Finding.UNKNOWN_SCHEME]


def test_the_period_is_that_of_most_facts():
    last_year = "<xbrli:startDate>2022-01-01</xbrli:startDate><xbrli:endDate>2022-12-31</xbrli:endDate>"
    facts = '<t:A contextRef="b">1</t:A><t:B contextRef="c">1</t:B><t:C contextRef="c">1</t:C>'
    data = message(context("b", period=last_year), context(), facts)
    assert xbrl.period(xbrl.read_instance(data)) == year(2023)


@pytest.mark.parametrize("path", CONSTRUCTED, ids=lambda path: path.stem)
def test_every_constructed_message_has_kind_taxpayer_and_period(path):
    found = xbrl.subject(xbrl.read_instance(path.read_bytes()))
    assert found.kind.taxes
    assert found.period.start.year in (found.kind.year, found.kind.year - 1)
    assert len(found.taxpayers) == 1
