"""How long things are kept: the uploaded file, the report, and what nobody refers to any more."""

from migrations_app.retention.files import KEPT_DAYS, destroy, destroy_due, goes_at, may_destroy
from migrations_app.retention.numbers import mask
from migrations_app.retention.orphans import sweep_spool, sweep_store
from migrations_app.retention.reports import forget_reports

__all__ = [
    "KEPT_DAYS",
    "destroy",
    "destroy_due",
    "forget_reports",
    "goes_at",
    "mask",
    "may_destroy",
    "sweep_spool",
    "sweep_store",
]
