"""The request as every page of an office gets it."""

from __future__ import annotations

from django.http import HttpRequest

from portal.office.models import Membership, Office, User


class PersonRequest(HttpRequest):
    """A request that went through `access.person`: somebody is logged in, of an office or of Nextens."""

    user: User


class OfficeRequest(PersonRequest):
    """A request that went through `access.member`: the person, the office and the role are known."""

    office: Office
    membership: Membership
