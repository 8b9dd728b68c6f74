import datetime as dt
from xml.etree import ElementTree

import pytest

from portal import xbrl
from tests.portal.xbrl.messages import CONSTRUCTED, OFFICIAL, constructed, context, fact, message

TEXTS = {
    "ContactType": "INT",
    "ContactInitials": "Initials",
    "ContactPrefix": "Prefix",
    "ContactSurname": "Surname",
    "ContactTelephoneNumber": "0612345678",
    "TaxConsultantNumber": "234564",
    "DateTimeCreation": "202011151254",
    "MessageReferenceSupplierVAT": "OB-KTG00-AG",
    "SoftwarePackageVersion": "ApplicatieVersie",
    "SoftwarePackageName": "ApplicatieNaam",
    "SoftwareVendorAccountNumber": "SWO12345",
}
AMOUNTS = {
    "InstallationDistanceSalesWithinTheEC": "100",
    "SmallEntrepreneurProvisionReduction": "0",
    "SuppliesServicesNotTaxed": "0",
    "SuppliesToCountriesOutsideTheEC": "4000",
    "SuppliesToCountriesWithinTheEC": "100",
    "TaxedTurnoverPrivateUse": "0",
    "TaxedTurnoverSuppliesServicesGeneralTariff": "15000",
    "TaxedTurnoverSuppliesServicesOtherRates": "0",
    "TaxedTurnoverSuppliesServicesReducedTariff": "1500",
    "TurnoverFromTaxedSuppliesFromCountriesOutsideTheEC": "1200",
    "TurnoverFromTaxedSuppliesFromCountriesWithinTheEC": "0",
    "TurnoverSuppliesServicesByWhichVATTaxationIsTransferred": "0",
    "ValueAddedTaxOnInput": "0",
    "ValueAddedTaxOnSuppliesFromCountriesOutsideTheEC": "0",
    "ValueAddedTaxOnSuppliesFromCountriesWithinTheEC": "0",
    "ValueAddedTaxOwed": "3240",
    "ValueAddedTaxOwedToBePaidBack": "3240",
    "ValueAddedTaxPrivateUse": "0",
    "ValueAddedTaxSuppliesServicesByWhichVATTaxationIsTransferred": "0",
    "ValueAddedTaxSuppliesServicesGeneralTariff": "3150",
    "ValueAddedTaxSuppliesServicesOtherRates": "0",
    "ValueAddedTaxSuppliesServicesReducedTariff": "90",
}


@pytest.mark.parametrize(("year", "version"), [(2020, "nt14/bd/20191211"), (2021, "nt15/bd/20201209")])
def test_official_message_fact_by_fact(year, version):
    instance = xbrl.read_instance(OFFICIAL[year])
    taxonomy = f"http://www.nltaxonomie.nl/{version}"
    (only,) = instance.contexts
    euro = xbrl.Unit("EUR", "EUR", is_currency=True)

    assert instance.entry_point == f"{taxonomy}/entrypoints/bd-rpt-ob-aangifte-{year}.xsd"
    assert (only.scheme, only.number) == ("www.belastingdienst.nl/omzetbelastingnummer", "001000044B37")
    assert (only.start, only.end, only.dimensions) == (dt.date(year, 10, 1), dt.date(year, 10, 31), ())
    assert [fact.name.local for fact in instance.facts] == [*TEXTS, *AMOUNTS]
    assert {fact.name.namespace for fact in instance.facts} == {f"{taxonomy}/dictionary/bd-data"}
    found = {fact.name.local: (fact.value, fact.unit, fact.decimals) for fact in instance.facts}
    assert found == {name: (value, None, None) for name, value in TEXTS.items()} | {
        name: (value, euro, "INF") for name, value in AMOUNTS.items()
    }
    assert all(fact.context is only and fact.path == () for fact in instance.facts)


@pytest.mark.parametrize("path", CONSTRUCTED, ids=lambda path: path.stem)
def test_facts_are_those_that_elementtree_sees(path):
    tree = ElementTree.fromstring(path.read_bytes())  # noqa: S314 a file of this project
    expected = [
        (element.tag, (element.text or "").strip(), element.get("contextRef"), element.get("unitRef"))
        for element in tree.iter()
        if element.get("contextRef")
    ]

    found = [
        (
            f"{{{each.name.namespace}}}{each.name.local}",
            each.value or "",
            each.context.id,
            each.unit and each.unit.id,
        )
        for each in xbrl.read_instance(path.read_bytes()).facts
    ]

    assert found == expected


def test_facts_in_tuples():
    facts = xbrl.read_instance(constructed("icp-2020-tuples")).facts
    paths = [[(step.name.local, step.number) for step in each.path] for each in facts]

    assert paths == [
        [],
        *[[("IntraCommunitySupplies", 1)]] * 3,
        *[[("IntraCommunitySupplies", 2)]] * 3,
        *[[("IntraCommunitySuppliesCorrection", 1)]] * 3,
    ]
    assert [each.value for each in facts[:5]] == ["123456", "FR", "1000", "23334175221", "BE"]


def test_tuples_in_tuples_and_nil():
    nil = 'contextRef="c" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    inner = f"<t:Binnen>{fact(more=nil, value='')}</t:Binnen>"
    first, second, after = xbrl.read_instance(
        message(context(), f"<t:Buiten>{inner}{inner}</t:Buiten>", fact())
    ).facts

    assert [(step.name.local, step.number) for step in second.path] == [("Buiten", 1), ("Binnen", 2)]
    assert (first.value, second.value, after.value, after.path) == (None, None, "1", ())


def test_typed_members():
    facts = xbrl.read_instance(constructed("icp-2026")).facts
    dimensions = [{each.axis.local: each.value for each in fact.context.dimensions} for fact in facts]

    fr = {"VATNumberDimension": "23334175221", "CountryCodeEUDimension": "FR"}
    be = {"VATNumberDimension": "0477472701", "CountryCodeEUDimension": "BE"}
    assert dimensions == [{}, fr, be, fr, be]
    assert facts[1].context.dimensions[0].axis.namespace.endswith("/nt20/bd/20251210/validation/bd-axes")


def test_explicit_members():
    (only,) = xbrl.read_instance(constructed("ob-2013")).contexts
    space = "http://www.nltaxonomie.nl/7.0/domein/bd/axes/"

    assert [(each.axis, each.member, each.value) for each in only.dimensions] == [
        (xbrl.Name(space + "bd-axes", "PartyDimension"), xbrl.Name(space + "bd-domains", "Declarant"), None),
        (xbrl.Name(space + "bd-axes", "TimeDimension"), xbrl.Name(space + "bd-domains", "Current"), None),
    ]


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("<xbrli:instant>2023-12-31</xbrli:instant>", None, dt.date(2023, 12, 31)),
        ("<xbrli:instant>2024-01-01T00:00:00</xbrli:instant>", None, dt.date(2023, 12, 31)),
        ("<xbrli:instant>2023-12-31T23:59:59+01:00</xbrli:instant>", None, dt.date(2023, 12, 31)),
        ("<xbrli:forever/>", None, None),
        (
            "<xbrli:startDate>2023-01-01T00:00:00</xbrli:startDate>"
            "<xbrli:endDate> 2023-12-31Z </xbrli:endDate>",
            dt.date(2023, 1, 1),
            dt.date(2023, 12, 31),
        ),
    ],
)
def test_periods(period, start, end):
    (only,) = xbrl.read_instance(message(context(period=period))).contexts
    assert (only.start, only.end) == (start, end)


def test_units():
    ratio = (
        '<xbrli:unit id="u"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:EUR</xbrli:measure>'
        "</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>t:kWh</xbrli:measure></xbrli:unitDenominator>"
        "</xbrli:divide></xbrli:unit>"
    )
    pure = '<xbrli:unit id="p"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>'
    data = message(
        context(), ratio, pure, *(fact(more=f'contextRef="c" unitRef="{unit}" decimals="2"') for unit in "up")
    )

    first, second = xbrl.read_instance(data).facts

    assert first.unit == xbrl.Unit("u", "EUR/kWh", is_currency=False)
    assert (second.unit.text, second.unit.is_currency, second.decimals) == ("pure", False, "2")


def test_prefix_declared_twice_means_what_is_nearest():
    scenario = (
        '<xbrli:scenario xmlns:t="urn:inner">'
        '<xbrldi:explicitMember dimension="t:As">t:Lid</xbrldi:explicitMember></xbrli:scenario>'
    )
    inner, outer = (
        context(scenario=scenario),
        context("d", scenario=scenario.replace(' xmlns:t="urn:inner"', "")),
    )
    first, second = xbrl.read_instance(message(inner, outer)).contexts

    assert first.dimensions[0].member == xbrl.Name("urn:inner", "Lid")
    assert second.dimensions[0].member.namespace.startswith("http://www.nltaxonomie.nl/")


def test_footnotes_are_no_facts():
    note = '<link:footnoteLink><link:footnote contextRef="c">tekst</link:footnote></link:footnoteLink>'
    assert [
        each.value for each in xbrl.read_instance(message(context(), note, fact(value=" a &amp; b "))).facts
    ] == ["a & b"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252", "iso-8859-15"]
)
def test_encodings(encoding):
    declared = encoding.removesuffix("-sig").upper()
    data = message(
        context(), fact(value="café"), start=f'<?xml version="1.0" encoding="{declared}"?>'
    ).decode()
    assert xbrl.read_instance(data.encode(encoding)).facts[0].value == "café"


def test_typed_member_without_value():
    scenario = (
        '<xbrli:scenario><xbrldi:typedMember dimension="t:As"><t:Lid/></xbrldi:typedMember></xbrli:scenario>'
    )
    (only,) = xbrl.read_instance(message(context(scenario=scenario))).contexts
    assert [(each.axis.local, each.member, each.value) for each in only.dimensions] == [("As", None, "")]
