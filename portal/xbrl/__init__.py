"""XBRL messages of the Dutch tax authority, of any year, without Django: read, compared, and put for people.

Built for files that lie: nothing but an XbrlError comes out of `read_instance`, in bounded time and memory.
"""

from portal.xbrl.comparing import Finding, Owner, compare
from portal.xbrl.entrypoints import MessageKind, message_kind
from portal.xbrl.errors import ForbiddenMarkup, NotXbrl, NotXml, TooLarge, XbrlError
from portal.xbrl.limits import DEFAULT_LIMITS, Limits
from portal.xbrl.model import Context, Dimension, Fact, Instance, Name, Step, Unit
from portal.xbrl.parsing import read_instance
from portal.xbrl.reading import Row, Section, readable
from portal.xbrl.subjects import Days, Subject, Taxpayer, kind, period, subject, taxpayer, taxpayers

__all__ = [
    "DEFAULT_LIMITS",
    "Context",
    "Days",
    "Dimension",
    "Fact",
    "Finding",
    "ForbiddenMarkup",
    "Instance",
    "Limits",
    "MessageKind",
    "Name",
    "NotXbrl",
    "NotXml",
    "Owner",
    "Row",
    "Section",
    "Step",
    "Subject",
    "Taxpayer",
    "TooLarge",
    "Unit",
    "XbrlError",
    "compare",
    "kind",
    "message_kind",
    "period",
    "read_instance",
    "readable",
    "subject",
    "taxpayer",
    "taxpayers",
]
