"""Every code and every expectation has its Dutch sentence."""

from __future__ import annotations

import pytest
from msgspec import inspect

from migrations_app.migration_file import OutcomeCode, RefusalCode, WarningCode, dutch, expectations
from migrations_app.migration_file.records import RECORD_TYPES


@pytest.mark.parametrize("code", RefusalCode)
def test_refusals(code):
    assert dutch.refusal_sentence(code).endswith(".")
    assert dutch.refusal_remedy(code).endswith(".")


@pytest.mark.parametrize("code", [*OutcomeCode, *WarningCode])
def test_problems(code):
    assert dutch.problem_sentence(code).endswith(".")
    assert dutch.problem_remedy(code).endswith(".")


def paths(record_type, before=""):
    for field in inspect.type_info(record_type).fields:
        yield before + field.name
        for each in getattr(field.type, "types", [field.type]):
            item = getattr(each, "item_type", each)
            if isinstance(item, inspect.StructType):
                step = "[...]." if item is not each else "."
                yield from paths(item.cls, before + field.name + step)


@pytest.mark.parametrize("kind", RECORD_TYPES)
def test_every_field(kind):
    for path in paths(RECORD_TYPES[kind]):
        said = dutch.problem_sentence(
            OutcomeCode.INVALID_FIELD, path, expectations.expectation(RECORD_TYPES[kind], path)
        )
        assert said.endswith(".") and "text" not in said


def test_every_word():
    words = [value for name, value in vars(expectations).items() if name.isupper() and isinstance(value, str)]
    assert len(words) > 10
    for word in words:
        assert dutch.expectation_phrase(word)


@pytest.mark.parametrize(
    ("field", "expectation", "said"),
    [
        ("client_number", "text:1-32", "Klantnummer: verwacht een tekst van 1 tot 32 tekens."),
        ("address.country", "country", "Adres (country): verwacht een landcode van twee letters, zoals NL."),
        (
            "tax_year",
            "integer:1900-2100",
            "Aangiftejaar: verwacht een geheel getal van 1900 tot en met 2100.",
        ),
        ("trade_register_number", "digits:8", "KvK-nummer: verwacht 8 cijfers."),
    ],
)
def test_sentences(field, expectation, said):
    assert dutch.problem_sentence(OutcomeCode.INVALID_FIELD, field, expectation) == said


def test_the_screens_own_texts():
    sentence = dutch.refusal_sentence
    assert (
        sentence(RefusalCode.NOT_A_ZIP, name="a.pfx")
        == "Het migratiebestand moet een .zip-bestand zijn. U koos: a.pfx."
    )
    assert sentence(RefusalCode.NOT_A_ZIP, name="a.ZIP") == sentence(RefusalCode.NOT_A_ZIP)
    assert (
        sentence(RefusalCode.TOO_LARGE, size="11 GB", maximum="10 GB")
        == "Het migratiebestand is 11 GB. Het maximum is 10 GB."
    )
