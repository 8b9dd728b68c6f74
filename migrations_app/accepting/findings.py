"""What a check finds in the records of a file, in a temporary file until it is known where it belongs."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from types import TracebackType

import msgspec

from migrations_app.migration_file import RecordProblem
from migrations_app.models import Outcome


class Found(msgspec.Struct, array_like=True, gc=False, frozen=True):
    """A problem of a record: as models.Finding, and the path of its part."""

    path: str
    line: int
    outcome: str
    code: str
    record_key: str
    client_key: str
    client_name: str
    tax: str
    tax_year: int | None
    field: str
    expected: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Found).decode


class Findings:
    """A context manager, and the Keeper of a check; 8 bytes a problem are in memory."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="findings-")  # noqa: SIM115 closed by __exit__
        self._ends = array("Q")

    def __enter__(self) -> Findings:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends)

    def keep(self, path: str, problem: RecordProblem) -> None:
        data = _encode(_found(path, problem))
        self._file.write(data)
        self._ends.append(self._end() + len(data))

    def forget(self, number: int) -> None:
        """All but the first `number`."""
        del self._ends[number:]
        self._file.seek(self._end())
        self._file.truncate()

    def _end(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __iter__(self) -> Iterator[Found]:
        """In the order in which they were found; nothing is to be kept meanwhile."""
        self._file.seek(0)
        start = 0
        for end in self._ends:
            yield _decode(self._file.read(end - start))
            start = end


def _found(path: str, problem: RecordProblem) -> Found:
    return Found(
        path=path,
        line=problem.line,
        outcome=problem.outcome or Outcome.WARNED.value,
        code=str(problem.code),
        record_key=problem.record_id or "",
        client_key=problem.client_id or "",
        client_name=problem.client_name or "",
        tax=problem.tax or "",
        tax_year=problem.tax_year,
        field=problem.field or "",
        expected=problem.expectation or "",
    )
