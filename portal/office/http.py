"""The request as every page of an office gets it."""

from __future__ import annotations

from django.http import HttpRequest

from portal.office.models import Membership, Office, User


class OfficeRequest(HttpRequest):
    """A request that went through `access.member`: the person, the office and the role are known."""

    user: User
    office: Office
    membership: Membership
