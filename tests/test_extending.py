"""Every kind of record and every refusal of a certificate stands in each place that knows them all.

The README's two recipes name these places in this order: a new one makes these tests fail until it is done.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from certificates.messages import REFUSALS
from certificates.problems import CertificateProblem
from migrations_app.accepting.receiving import kinds_of
from migrations_app.importing.control import KINDS
from migrations_app.importing.targets import TARGETS
from migrations_app.migration_file import proof, rules
from migrations_app.migration_file.records import KINDS_WITH_YEAR, RECORD_TYPES, Kind
from migrations_app.migration_file.scan import spec
from migrations_app.models import ImportType, PartKind
from migrations_app.reporting.rejected import _RECORDS as WITH_REJECTED
from migrations_app.undoing import lists
from portal.dossiers import history
from tests import contents
from tests.migrations_app.migration_file.build import MINIMAL
from tests.portal.dossiers.rows import RECORD_FACTORIES

# clients have a code of their own: what the others hang on
OF_CLIENTS = frozenset(Kind) - {Kind.CLIENTS}
TABLES = {PartKind(kind).value: target.table for kind, target in TARGETS.items()}
MODELS = {target.name for target in TARGETS.values()}
TESTS = Path(__file__).parent


@pytest.mark.parametrize(
    ("place", "kinds"),
    [
        ("migration_file/records.py", RECORD_TYPES),
        ("migration_file/rules.py", rules.RULES),
        ("migration_file/scan/spec.py", spec.COMBINED),
        ("migration_file/proof.py", proof.YEARS),
        ("models/part.py", PartKind.values),
        ("tests/migrations_app/migration_file/build.py", MINIMAL),
    ],
)
def test_every_kind_of_record(place, kinds):
    assert set(kinds) == set(Kind), place


@pytest.mark.parametrize(
    ("place", "names", "wanted"),
    [
        ("importing/targets.py", TABLES, OF_CLIENTS),
        ("importing/control.py", KINDS, KINDS_WITH_YEAR),
        ("reporting/rejected.py", WITH_REJECTED, OF_CLIENTS),
        ("undoing/lists.py", lists._RECORDS, MODELS),
        ("undoing/lists.py", lists.LABELS, MODELS | {"client"}),
        ("dossiers/history.py", history.COLUMNS, MODELS | {"client", "clientsource"}),
        ("tests/contents.py", [model._meta.model_name for model in contents.RECORDS], MODELS),
        (
            "tests/portal/dossiers/rows.py",
            [factory._meta.model._meta.model_name for factory in RECORD_FACTORIES],
            MODELS,
        ),
    ],
)
def test_every_kind_that_hangs_on_a_client(place, names, wanted):
    assert set(names) == set(wanted), place


def test_every_kind_comes_with_a_combined_import():
    assert set(kinds_of(ImportType.COMBINED, list(PartKind))) == set(PartKind)


@pytest.mark.parametrize("problem", CertificateProblem.__subclasses__())
def test_every_refusal_of_a_certificate_has_a_sentence_and_a_test(problem):
    assert problem.code in REFUSALS
    files = [*(TESTS / "certificates").rglob("test_*.py")]
    assert any(f'"{problem.code}"' in path.read_text() for path in files), "no test names it"


def test_no_sentence_is_left_over():
    assert set(REFUSALS) == {problem.code for problem in CertificateProblem.__subclasses__()}
