"""The pre-check: one streaming pass over everything, which foretells what an import will come to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from typing import BinaryIO
from uuid import UUID

from migrations_app.migration_file.checkreport import CheckReport, Keeper, PartReport
from migrations_app.migration_file.distinct import DistinctIds
from migrations_app.migration_file.documentcheck import DocumentCheck
from migrations_app.migration_file.errors import Faults, OutcomeCode, RefusalCode, Refused
from migrations_app.migration_file.known import KnownClient, KnownClients
from migrations_app.migration_file.limits import DEFAULT_LIMITS, Limits
from migrations_app.migration_file.manifest import Part
from migrations_app.migration_file.partreader import (
    AcceptedRecord,
    Batch,
    ProvedBatch,
    client_of,
    problem,
)
from migrations_app.migration_file.paths import MANIFEST
from migrations_app.migration_file.problems import Fault, RecordProblem
from migrations_app.migration_file.proof import Proof, Prover
from migrations_app.migration_file.reader import MigrationFile
from migrations_app.migration_file.records import Client, Kind
from migrations_app.migration_file.scan.scanner import Asked, Scanner

Progress = Callable[[float], None]
# nothing waits for a batch here, so it is small
_BATCH = 5_000


def check_file(
    source: BinaryIO,
    *,
    accepted_numbers: Collection[str] | None,
    limits: Limits = DEFAULT_LIMITS,
    known_client: KnownClient | None = None,
    kinds: Collection[Kind] = frozenset(Kind),
    keeper: Keeper | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Check a file as a whole; raises nothing for a bad one, whose report has a code.

    `accepted_numbers` are the trade register numbers of the office (None: any). `known_client` (source id,
    client id) says whether an earlier migration brought that client; None: there was none. `kinds` are those
    that will be imported; the records of others are `not-selected`, and their clients are nobody. `keeper`
    gets every problem. `progress` gets fractions from 0 to 1.
    """
    report = CheckReport(keeper=keeper)
    try:
        with MigrationFile.open(source, limits) as file:
            report.manifest, report.manifest_sha256 = file.manifest, file.manifest_sha256
            number = file.manifest.office.trade_register_number
            if accepted_numbers is not None and number not in accepted_numbers:
                raise Refused(RefusalCode.OTHER_OFFICE, "the file is of another office", MANIFEST)
            file.check_announced()
            with closing(Scanner()) as scanner:
                _Pass(file, report, scanner, KnownClients(scanner, known_client), kinds, progress).check()
    except Refused as refused:
        report.code, report.detail, report.path = refused.code, refused.detail, refused.path
    return report


class _Pass:
    """The pass over all parts, clients first: the other kinds refer to them."""

    def __init__(
        self,
        file: MigrationFile,
        report: CheckReport,
        scanner: Scanner,
        known: KnownClients,
        kinds: Collection[Kind],
        progress: Progress | None,
    ) -> None:
        self._file = file
        self._report = report
        self._scanner = scanner
        self._known = known
        self._kinds = kinds
        self._progress = progress
        self._sources = [source.id for source in file.manifest.sources]
        self._documents = DocumentCheck(file)
        self._faults = Faults()
        self._expected = max(1, file.unpacked_size())
        self._done = 0
        self._told = 0.0

    def check(self) -> None:
        """Fill the report; raises the first Refused in the contract's order."""
        parts = self._file.manifest.parts
        reports = {part.path: PartReport.of(part) for part in parts}
        self._report.parts = list(reports.values())
        for group in _groups(parts):
            self._check_group([(part, reports[part.path]) for part in group])
        self._check_unnamed()
        for each in self._report.parts:
            if each.kind not in self._kinds:
                each.leave_out()
        self._faults.raise_first()
        self._tell(1.0)

    def _check_unnamed(self) -> None:
        """Documents that no record names; a line that is no JSON may have named one."""
        unreadable = sum(report.rejected[OutcomeCode.INVALID_JSON] for report in self._report.parts)
        unnamed = self._documents.unnamed(unreadable + 1)
        if len(unnamed) > unreadable:
            name = self._file.name_of(unnamed[0])
            self._faults.add(RefusalCode.ENTRY_NOT_ANNOUNCED, "no record names it", name)

    def _check_group(self, group: list[tuple[Part, PartReport]]) -> None:
        """The parts among which no id may be there twice. Their end tells; if one is, they are read again."""
        mark, done = self._report.problem_mark(), self._done
        first, _ = group[0]
        self._scanner.key(self._sources.index(first.source))
        if first.kind is not Kind.CLIENTS:
            self._known.tell()
        with DistinctIds(self._scanner, sum(part.records for part, _ in group)) as ids:
            for part, report in group:
                self._check_part(part, report, self._proofs(part, ids))
            if ids.all_differ():
                return
        self._report.forget_problems(mark)
        self._done = done
        self._check_again(group)

    def _check_again(self, group: list[tuple[Part, PartReport]]) -> None:
        """One record after another, to find those whose id was there before."""
        first, _ = group[0]
        if first.kind is Kind.CLIENTS:
            self._known.forget(first.source)
        with self._file.duplicate_index(first) as index:
            for part, report in group:
                report.clear()
                batches = self._file.batches(part, duplicates=index, hashed=False, size=_BATCH)
                self._check_part(part, report, batches)

    def _proofs(self, part: Part, ids: DistinctIds) -> Iterator[ProvedBatch | Batch]:
        def doubts(proof: Proof) -> set[int]:
            found = {line for line, document in proof.documents if self._documents.fault(document)}
            if proof.unsure:
                nobody = self._known.unknown(part.source, [client for _, client in proof.unsure])
                found.update(line for line, client in proof.unsure if client in nobody)
            return found

        prover = Prover(self._scanner, part.kind, self._asked(part))
        for batch in self._file.proofs(part, prover, doubts):
            ids.add(batch.proof.ids if isinstance(batch, ProvedBatch) else self._scanner.hashes(batch.ids))
            yield batch

    def _asked(self, part: Part) -> Asked:
        if part.kind not in self._kinds:
            return Asked.NOTHING
        return Asked.WHO_IS_NAMELESS if part.kind is Kind.CLIENTS else Asked.WHICH_CLIENT_IS_KNOWN

    def _check_part(self, part: Part, report: PartReport, batches: Iterable[ProvedBatch | Batch]) -> None:
        read = 0
        try:
            for batch in batches:
                if isinstance(batch, ProvedBatch):
                    self._count_proved(batch, report)
                else:
                    self._count(batch, report)
                read += batch.records
                done = part.bytes * min(1.0, read / max(1, part.records))
                self._tell((self._done + done + self._documents.bytes_read) / self._expected)
        except Refused as refused:
            self._faults.add(refused.code, refused.detail, refused.path)
        self._done += part.bytes

    def _tell(self, fraction: float) -> None:
        if self._progress is not None:
            # what is read twice does not set it back
            self._told = max(self._told, min(1.0, fraction))
            self._progress(self._told)

    def _count_proved(self, batch: ProvedBatch, report: PartReport) -> None:
        proof = batch.proof
        if self._brings_clients(batch.part):
            self._known.add(batch.part.source, proof.ids)
        report.good += proof.records
        for year, number in proof.years.items():
            report.year(year).good += number
        self._warn(batch, report)

    def _count(self, batch: Batch, report: PartReport) -> None:
        for refused in batch.refused:
            if refused.document is not None:
                self._documents.name(refused.document)
            self._refuse(report, refused)
        if self._brings_clients(batch.part):
            self._known.add(
                batch.part.source, self._scanner.hashes([each.record.id for each in batch.accepted])
            )
        nobody = self._nobody(batch)
        for accepted in batch.accepted:
            code = self._foretell(accepted, nobody)
            if code is None:
                report.good += 1
                report.year(_year(accepted)).good += 1
            else:
                self._refuse(report, problem(accepted.line, accepted.record, Fault(code)))
        self._warn(batch, report)

    def _brings_clients(self, part: Part) -> bool:
        return part.kind is Kind.CLIENTS and part.kind in self._kinds

    def _warn(self, batch: ProvedBatch | Batch, report: PartReport) -> None:
        for warning in batch.warnings:
            report.warnings[warning.code] += 1
            self._note(report, warning)

    def _note(self, report: PartReport, problem: RecordProblem) -> None:
        if report.kind in self._kinds:
            self._report.add_problem(report.path, problem)

    def _nobody(self, batch: Batch) -> set[str]:
        """The clients named by its records whom nobody knows."""
        if batch.part.kind is Kind.CLIENTS:
            return set()
        return self._known.missing(batch.part.source, [client_of(each.record) for each in batch.accepted])

    def _foretell(self, accepted: AcceptedRecord, nobody: set[str]) -> OutcomeCode | None:
        """The code with which the import will refuse a record that is right in itself."""
        record = accepted.record
        document = getattr(record, "document", None)
        # asked even when the client is unknown, so that the document counts as named
        fault = self._documents.fault(document) if document is not None else None
        if not isinstance(record, Client) and client_of(record) in nobody:
            return OutcomeCode.UNKNOWN_CLIENT
        return fault

    def _refuse(self, report: PartReport, refused: RecordProblem) -> None:
        year = report.year(refused.tax_year)
        if refused.outcome == "skipped":
            report.skipped[refused.code] += 1
            year.skipped += 1
        else:
            report.rejected[refused.code] += 1
            year.rejected += 1
        self._note(report, refused)


def _groups(parts: list[Part]) -> list[list[Part]]:
    """The parts of one kind and source together, clients first."""
    groups: dict[tuple[Kind, UUID], list[Part]] = {}
    for part in sorted(parts, key=lambda part: part.kind is not Kind.CLIENTS):
        groups.setdefault((part.kind, part.source), []).append(part)
    return list(groups.values())


def _year(accepted: AcceptedRecord) -> int | None:
    year: int | None = getattr(accepted.record, "tax_year", None)
    return year
