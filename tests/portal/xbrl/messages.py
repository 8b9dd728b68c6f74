"""The messages of the tests, and small ones made to measure."""

from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
CONSTRUCTED = sorted((HERE / "data" / "xbrl").glob("*.xbrl"))
OFFICIAL = {
    year: (HERE.parent / f"migrations_app/migration_file/data/ob-aangifte-{year}.xbrl").read_bytes()
    for year in (2020, 2021)
}

ROOT = (
    '<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"'
    ' xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:t="http://www.nltaxonomie.nl/nt17/bd/20221207/dictionary/bd-data">'
)
ENTRY = "http://www.nltaxonomie.nl/nt17/bd/20221207/entrypoints/bd-rpt-ob-aangifte-2023.xsd"
YEAR = "<xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>"


def constructed(name):
    return (HERE / "data" / "xbrl" / f"{name}.xbrl").read_bytes()


def context(id_="c", *, number="111222333", scheme="s", period=YEAR, scenario=""):
    return (
        f'<xbrli:context id="{id_}"><xbrli:entity><xbrli:identifier scheme="{scheme}">'
        f"{number}</xbrli:identifier></xbrli:entity><xbrli:period>{period}</xbrli:period>{scenario}</xbrli:context>"
    )


def message(*parts, entry=ENTRY, start='<?xml version="1.0"?>'):
    """An instance of these parts; without any, one context."""
    inner = "".join(parts) or context()
    return f'{start}{ROOT}<link:schemaRef xlink:href="{entry}"/>{inner}</xbrli:xbrl>'.encode()


def fact(name="Omzet", value="1", more='contextRef="c"'):
    return f"<t:{name} {more}>{value}</t:{name}>"
