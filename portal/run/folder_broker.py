"""The folder of wake-ups: kombu's filesystem transport, with whole messages only.

kombu lets a reader take a message that is not written yet, which ends the worker. Here
a message gets its name once it is whole; one that cannot be read is dropped, as it only says "look".
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from queue import Empty
from time import monotonic_ns
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem


class Channel(filesystem.Channel):
    """Every message goes to the queue of its name, so nothing is bound and no table of it is kept."""

    def get_table(self, exchange: str) -> list[Any]:
        return []

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str | None
    ) -> None:
        """Nothing to write down."""

    def _put(  # type: ignore[override]  # kombu's own two signatures differ
        self, queue: str, payload: dict[str, Any], **_: Any
    ) -> None:
        name = f"{monotonic_ns():020}_{uuid.uuid4()}"
        draft = Path(self.data_folder_out, f"{name}.draft")
        draft.write_text(json.dumps(payload))
        draft.rename(draft.with_name(f"{name}.{queue}.msg"))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The oldest message of `queue`, ours alone; raises Empty."""
        for path in sorted(Path(self.data_folder_in).glob(f"*.{queue}.msg")):
            taken = path.with_name(f"{uuid.uuid4()}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another worker has it
            try:
                return json.loads(taken.read_bytes())
            except ValueError:
                continue  # the disk was full when it was written
            finally:
                taken.unlink()
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel


def install() -> None:
    """Let `filesystem://` mean this one, in this process."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
