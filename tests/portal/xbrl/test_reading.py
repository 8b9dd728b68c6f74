import pytest

from portal import xbrl
from portal.xbrl.labels import in_words, label_of
from tests.portal.xbrl.messages import CONSTRUCTED, OFFICIAL, constructed, context, fact, message

EUR = '<xbrli:unit id="u"><xbrli:measure>iso4217:{}</xbrli:measure></xbrli:unit>'
IN_EUR = 'contextRef="c" unitRef="u"'


def read(data):
    return {
        section.title: {row.label: row.value for row in section.rows}
        for section in xbrl.readable(xbrl.read_instance(data))
    }


def value(name, text, more='contextRef="c"', unit="EUR"):
    ((_, rows),) = read(message(context(), EUR.format(unit), fact(name, text, more))).items()
    (found,) = rows.values()
    return found


@pytest.mark.parametrize("year", OFFICIAL)
def test_official_message(year):
    sections = read(OFFICIAL[year])
    assert list(sections) == ["", "Over dit bericht"]
    assert sections[""]["Omzet leveringen/diensten belast met algemeen tarief"] == "€ 15.000"
    assert sections[""]["Totaal te betalen / terug te vragen"] == "€ 3.240"
    assert sections["Over dit bericht"]["Datum en tijdstip aanmaak"] == "15-11-2020 12:54"
    assert sections["Over dit bericht"]["Soort contactpersoon"] == "INT"
    assert [len(rows) for rows in sections.values()] == [22, 11]


def test_customers_in_dimensions():
    sections = read(constructed("icp-2026"))
    assert sections["Btw-nummer 23334175221, land FR"] == {
        "Bedrag leveringen": "€ 1.000",
        "Bedrag diensten": "-€ 750",
    }
    assert sections["Btw-nummer 0477472701, land BE"] == {
        "Bedrag leveringen": "€ 250.000",
        "ABC supplies amount": "€ 500",
    }


def test_customers_in_tuples():
    sections = read(constructed("icp-2020-tuples"))
    assert list(sections) == [
        "Intracommunautaire leveringen 1",
        "Intracommunautaire leveringen 2",
        "Correcties eerdere opgave leveringen",
        "Over dit bericht",
    ]
    assert sections["Intracommunautaire leveringen 1"] == {
        "Landcode ISO EU": "FR",
        "Bedrag leveringen": "€ 1.000",
        "Nationaal BTW-identificatienummer": "23334175221",
    }


def test_tuples_in_tuples_and_nil():
    nil = 'contextRef="c" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'
    data = message(context(), f"<t:MijnGroep><t:Deel>{fact(more=nil, value='')}</t:Deel></t:MijnGroep>")
    assert read(data) == {"Mijn groep, Deel": {"Omzet": ""}}


def test_explicit_members():
    assert list(read(constructed("ob-2013"))) == ["Partij Declarant, moment Current"]


def test_other_period_than_the_messages_own():
    last_year = "<xbrli:startDate>2022-01-01</xbrli:startDate><xbrli:endDate>2022-12-31</xbrli:endDate>"
    data = message(
        context(),
        context("b", period=last_year),
        context("i", period="<xbrli:instant>2023-12-31</xbrli:instant>"),
        context("f", period="<xbrli:forever/>"),
        *(fact(f"X{n}", more=f'contextRef="{each}"') for n, each in enumerate("ccbif")),
    )
    assert list(read(data)) == ["", "01-01-2022 t/m 31-12-2022", "Op 31-12-2023"]


@pytest.mark.parametrize(
    ("name", "text", "more", "expected"),
    [
        ("ValueAddedTaxOwed", "-1234567.5", IN_EUR, "-€ 1.234.567,50"),
        ("ValueAddedTaxOwed", "+1234567.00", IN_EUR, "€ 1.234.567,00"),
        ("ValueAddedTaxOwed", "0012", 'contextRef="c"', "12"),
        ("ValueAddedTaxOwed", "veel", IN_EUR, "veel"),
        ("ValueAddedTaxOwed", "1E9", IN_EUR, "1E9"),
        ("NieuwBedrag", "1000", IN_EUR, "€ 1.000"),
        ("NieuwDing", "true", 'contextRef="c"', "ja"),
        ("NieuwDing", "2020-02-29", 'contextRef="c"', "29-02-2020"),
        ("NieuwDing", "1", 'contextRef="c"', "1"),
        ("DeceasedDate", "2020-03-14", 'contextRef="c"', "14-03-2020"),
        ("DeceasedDate", "onbekend", 'contextRef="c"', "onbekend"),
        ("DateOfBirth", "1970-05-17", 'contextRef="c"', "17-05-1970"),
        ("DateTimeCreation", "202011151254", 'contextRef="c"', "15-11-2020 12:54"),
        ("DateTimeCreation", "gisteren", 'contextRef="c"', "gisteren"),
        ("TaxConsultantNumber", "000123", 'contextRef="c"', "000123"),
        ("BusinessName", "2020-01-01", 'contextRef="c"', "2020-01-01"),
    ],
)
def test_values(name, text, more, expected):
    assert value(name, text, more) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", "ja"), ("false", "nee"), ("1", "ja"), ("0", "nee"), ("misschien", "misschien")],
)
def test_booleans(text, expected):
    assert value("AgriculturalActivitiesExist", text) == expected


def test_other_currency():
    assert value("ValueAddedTaxOwed", "1000", IN_EUR, unit="USD") == "USD 1.000"


def test_personal_numbers_are_marked():
    rows = [
        row
        for name in ("uitstel-sba-2019", "schenk-2020", "sba-ih-2019")
        for section in xbrl.readable(xbrl.read_instance(constructed(name)))
        for row in section.rows
    ]
    assert {row.value for row in rows if row.is_personal} == {"111222333", "123456782", "111222333.H.96.01"}
    assert not [row for row in rows if "111222333" in row.value and not row.is_personal]


def test_label_by_kind_of_message():
    name = xbrl.Name("http://www.nltaxonomie.nl/nt14/bd/20200219/dictionary/bd-data-ext1", "BusinessName")
    assert label_of(name, "erf-aangifte").text == "Naam onderneming"
    assert label_of(name, "ihz-aangifte").text == "Naam van de onderneming"


def test_names_of_other_taxonomies_are_not_labelled():
    assert label_of(xbrl.Name("http://example.com/", "BusinessName"), None) == ("Business name", "")
    assert label_of(xbrl.Name("", "ChildIdentificationNumber"), None).kind == "n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ABCSuppliesAmount", "ABC supplies amount"),
        ("CountryCodeISO-EC", "Country code ISO EC"),
        ("Box3Kinderen", "Box 3 kinderen"),
        ("één", "Één"),
        ("_", "?"),
    ],
)
def test_name_in_words(name, words):
    assert in_words(name) == words


def test_some_of_the_facts_keep_the_sections_of_all():
    instance = xbrl.read_instance(constructed("icp-2020-tuples"))
    (section,) = xbrl.readable(instance, instance.facts[1:3])
    assert (section.title, len(section.rows)) == ("Intracommunautaire leveringen 1", 2)


def test_many_facts_under_a_long_title():
    axis = '<xbrldi:typedMember dimension="t:As"><t:Lid>' + "x" * 500_000 + "</t:Lid></xbrldi:typedMember>"
    data = message(context(scenario=f"<xbrli:scenario>{axis}</xbrli:scenario>"), fact() * 5000)
    (title,) = {section.title for section in xbrl.readable(xbrl.read_instance(data))}
    assert len(title) == 300


@pytest.mark.parametrize("path", CONSTRUCTED, ids=lambda path: path.stem)
def test_every_concept_of_nt14_has_its_label(path):
    instance = xbrl.read_instance(path.read_bytes())
    if xbrl.kind(instance).nt_version == 14:
        assert all(label_of(each.name, None).kind for each in instance.facts)
