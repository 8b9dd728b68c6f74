"""Why an XBRL document cannot be read. No message holds anything of the document."""

from __future__ import annotations


class XbrlError(Exception):
    """The document cannot be read as XBRL. `code` is the same for every reason."""

    code = "document-unreadable"


class NotXml(XbrlError):
    """Not well-formed XML, cut off, or in an encoding that is not read."""


class ForbiddenMarkup(XbrlError):
    """A DTD, and with it every entity and every reference to another file."""


class TooLarge(XbrlError):
    """More bytes, depth, elements or facts than the limits allow."""


class NotXbrl(XbrlError):
    """Well-formed XML that is no XBRL instance, or one that contradicts itself."""
