"""Offices, the people who work there, what they did and the mail they get."""

from portal.office.models.api import CallCount, IdempotentCall
from portal.office.models.audit import AuditEvent
from portal.office.models.login import EmailChange, Invitation, LoginAttempts, LoginSession
from portal.office.models.logo import OfficeLogo
from portal.office.models.mail import OutgoingMail
from portal.office.models.office import AcceptedTradeRegisterNumber, Office, OpeningHours, Weekday
from portal.office.models.people import Membership, Role, User
from portal.office.models.site import SiteSettings
from portal.office.models.support import SecondStepReset
from portal.office.models.taxes import Tax
from portal.office.models.token import ApiToken, Scope

__all__ = [
    "AcceptedTradeRegisterNumber",
    "ApiToken",
    "AuditEvent",
    "CallCount",
    "EmailChange",
    "IdempotentCall",
    "Invitation",
    "LoginAttempts",
    "LoginSession",
    "Membership",
    "Office",
    "OfficeLogo",
    "OpeningHours",
    "OutgoingMail",
    "Role",
    "Scope",
    "SecondStepReset",
    "SiteSettings",
    "Tax",
    "User",
    "Weekday",
]
