"""Offices, the people who work there, what they did and the mail they get."""

from portal.office.models.audit import AuditEvent
from portal.office.models.mail import OutgoingMail
from portal.office.models.office import AcceptedTradeRegisterNumber, Office, OpeningHours, Weekday
from portal.office.models.people import Membership, Role, User

__all__ = [
    "AcceptedTradeRegisterNumber",
    "AuditEvent",
    "Membership",
    "Office",
    "OpeningHours",
    "OutgoingMail",
    "Role",
    "User",
    "Weekday",
]
