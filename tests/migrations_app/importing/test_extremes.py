"""Records at the ends of what their types allow, through a real import: the database refuses none of them."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from migrations_app.migration_file.records import RECORD_TYPES, Kind
from migrations_app.models import Tally
from tests.migrations_app.files import DATABASE, document, migration_file, part

pytestmark = pytest.mark.django_db(transaction=True)  # a batch ends with its commit

PDF = document("documents/a.pdf", b"a")
NOTHING = document("documents/b.pdf", b"")
NAMED = (("a", PDF), ("b", NOTHING))
CONTENTS = {"documents/a.pdf": b"a", "documents/b.pdf": b""}
# what COPY, JSON, SQL, Python and PostgreSQL have a meaning for, and the ends of Unicode
ODD = ["\\", "\\N", "\\.", "\t", "\r\n", "'", '"', "{}", "%s", "\x01", "\x7f", "\x85", "\u2028", "\ufeff"]
ODD += ["NULL", "\ud7ff", "\uffff", "\U0010ffff", "\U0001f600", "ß", "İ", " ", "0", "-infinity", "é", "ﬁ"]
NUMBERS = st.sampled_from(["111222333", "123456782", "001000044"])
BY_NAME = {
    "bsn": NUMBERS,
    "rsin": NUMBERS,
    "vat_id": st.sampled_from(["DE" + "+" * 13, "NL123456782B99", "ZZ**", "NL002455799B11"]),
    "vat_return_number": NUMBERS.map(lambda number: f"{number}B99"),
    "payroll_tax_number": st.just("000000000L99"),
    "trade_register_number": st.sampled_from(["00000000", "99999999"]),
    "staff_email": st.sampled_from([1, 252]).map(
        lambda length: "İ" * max(1, length // 3) + "@" + "\U0001f600"
    ),
    "country": st.sampled_from(["AA", "ZZ"]),
    "period": st.sampled_from(
        ["2016", "2100-Q4", "2100-12", "2016-01-01/9999-12-31", "2016-02-29/2016-02-29", "2100-12-31"]
    ),
    "document": st.sampled_from([PDF, NOTHING]),
    # of a few, so that some are there twice, and each is somebody's
    "client_id": st.sampled_from(["K0", "K1", "\\N"]),
    "partner_id": st.sampled_from(["K0", "K1", "\\N", "nobody"]),
}
MOMENTS = st.sampled_from(
    [
        "0001-01-01T00:00:00Z",
        "9999-12-29T23:59:59.999999Z",
        "2020-03-29T02:30:00+01:00",
        "1937-07-01T00:00:00+00:20",
    ]
)
DATES = st.sampled_from(["0001-01-01", "9999-12-31", "1582-10-15", "2016-02-29"])
AMOUNTS = st.sampled_from(
    [0, -0.0, 0.01, -0.01, 999_999_999_999_999, -999_999_999_999_999, 9_999_999_999_999.99, 1e14, 1.10, None]
)


def texts(low, high):
    """As long as may be, or shorter, of odd characters."""
    high = high or 3_000
    return st.builds(
        lambda odd, end: (odd * high)[: max(low or 0, end)],
        st.sampled_from(ODD),
        st.sampled_from([low or 0, 1, high]),
    )


def values(name, found):
    if name in BY_NAME:
        return BY_NAME[name]
    match found:
        case inspect.UnionType(types=types):
            return st.one_of([values(name, each) for each in types])
        case inspect.NoneType():
            return st.none()
        case inspect.StrType(min_length=low, max_length=high):
            return texts(low, high)
        case inspect.IntType(ge=low, le=high):
            # a year that the portal keeps
            return st.sampled_from([max(low, 2016) if "year" in name else low, high])
        case inspect.LiteralType(values=words):
            return st.sampled_from(sorted(words))
        case inspect.ListType(item_type=item):
            return st.lists(values("", item), max_size=2)
        case inspect.StructType(cls=cls):
            return objects(cls)
    return {
        inspect.BoolType: st.booleans(),
        inspect.DateType: DATES,
        inspect.DateTimeType: MOMENTS,
        inspect.DecimalType: AMOUNTS,
    }[type(found)]


def objects(cls):
    fields = inspect.type_info(cls).fields
    required = {
        field.encode_name: values(field.encode_name, field.type) for field in fields if field.required
    }
    optional = {
        field.encode_name: values(field.encode_name, field.type) for field in fields if not field.required
    }
    return st.fixed_dictionaries(required, optional=optional)


def settled(kind, record):
    """Of fields that hang together one follows the other."""
    if kind == "returns":
        record |= {"tax_year": int(record["period"][:4])}
        if len(record["period"]) == 10:
            record |= {"tax": "ERF"}
    if kind == "clients" and record["kind"] == "person":
        record.pop("rsin", None)
    if kind == "extension_schemes":
        record.pop("financial_year_end", None)
    return record


@st.composite
def parts(draw):
    source = {"source": draw(st.sampled_from([DATABASE]))}
    found = []
    for kind, cls in RECORD_TYPES.items():
        records = [settled(kind, each) for each in draw(st.lists(objects(cls), min_size=3, max_size=8))]
        keys = ["K0", "K1", "\\N"] if kind == "clients" else []
        keys += [draw(texts(1, 60)) + f"~{number}" for number in range(len(records))]
        records = [record | {"id": key} for key, record in zip(keys, records, strict=False)]
        if kind == "tax_cards":
            # a document that no record names would have the file refused
            records += [
                {"id": key, "client_id": "K0", "tax_year": 2016, "document": each} for key, each in NAMED
            ]
        found.append(part(kind, *records, **source))
    return found


@settings(max_examples=8, deadline=None, suppress_health_check=[*HealthCheck])
@given(st.data())
def test_what_the_reader_takes_the_database_takes(imported, data):
    drawn = data.draw(parts())
    job = imported(migration_file(*drawn, documents=CONTENTS))
    assert job.status.startswith("completed"), job.reason
    counts = Counter()
    for tally in Tally.objects.filter(part__job=job).exclude(outcome="warned"):
        counts[tally.part.kind, tally.outcome, tally.code] += tally.count
    assert sum(counts.values()) == sum(len(each["records"]) for each in drawn)
    refused = {key for key in counts if key[1] in ("skipped", "rejected")}
    assert not refused, refused


def test_every_kind_is_drawn():
    assert set(RECORD_TYPES) == set(Kind)
    assert all(issubclass(cls, msgspec.Struct) for cls in RECORD_TYPES.values())
