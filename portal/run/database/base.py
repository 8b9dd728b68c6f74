"""Django's backend by the name of its module; only the first connection differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base

from portal.run import embedded


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        embedded.ensure_running(Path(self.settings_dict["EMBEDDED_ROOT"]))
        return super().get_new_connection(conn_params)
