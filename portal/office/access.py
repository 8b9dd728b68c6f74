"""The one way to an office's pages and objects. No view asks who somebody is by itself."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, overload
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from portal.office.http import OfficeRequest, PersonRequest

P = ParamSpec("P")
M = TypeVar("M", bound=Model)
R = TypeVar("R", bound=HttpRequest)
OfficeView = Callable[Concatenate[OfficeRequest, P], HttpResponseBase]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponseBase]
PlainView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SESSION_EXPIRED = _(
    "U bent uitgelogd omdat u een tijd niets heeft gedaan. Log opnieuw in; u gaat daarna verder waar u was."
)


def person(view: PersonView[P]) -> PlainView[P]:
    """For everybody who is logged in: pages about somebody's own account."""

    @wraps(view)
    def entered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        known: PersonRequest = request  # type: ignore[assignment]  # the backend knows no other kind of user
        return _kept_nowhere(view(known, *args, **kwargs))

    return entered


def member(view: OfficeView[P]) -> PlainView[P]:
    """For people of an office. Anonymous people go to the login; Nextens administrators find no page here."""

    @wraps(view)
    def entered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        membership = getattr(request.user, "membership", None)
        if membership is None:
            raise Http404
        office_request: OfficeRequest = request  # type: ignore[assignment]  # completed by the next two lines
        office_request.membership = membership
        office_request.office = membership.office
        return _kept_nowhere(view(office_request, *args, **kwargs))

    return entered


def administrator(view: OfficeView[P]) -> PlainView[P]:
    """For the kantoorbeheerder; a medewerker gets 403."""

    def entered(request: OfficeRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.membership.is_administrator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return member(wraps(view)(entered))


def password_again(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """Asks for the password again, unless that was done minutes ago. Stands below `person` or `member`."""
    asked: Callable[Concatenate[R, P], HttpResponseBase] = reauthentication_required(view)
    return asked


def password_again_to_change(
    view: Callable[Concatenate[R, P], HttpResponseBase],
) -> Callable[Concatenate[R, P], HttpResponseBase]:
    """The same; the page itself may be read without."""
    asked: Callable[Concatenate[R, P], HttpResponseBase] = reauthentication_required(allow_get=True)(view)
    return asked


@overload
def own(request: OfficeRequest, source: type[M], pk: UUID) -> M: ...
@overload
def own(request: OfficeRequest, source: QuerySet[M], pk: UUID) -> M: ...
def own(request: OfficeRequest, source: type[M] | QuerySet[M], pk: UUID) -> M:
    """The object with this id when it is the office's own, by its field `office`; else 404."""
    return get_object_or_404(source, pk=pk, office=request.office)


def _kept_nowhere(response: HttpResponseBase) -> HttpResponseBase:
    """After the log-out, who is next at the browser goes back to no page; unless the view says else."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _to_login(request: HttpRequest) -> HttpResponseBase:
    if "HX-Request" in request.headers:
        # only a part of a page was asked for: the browser asks for the whole, and gets the login
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        messages.info(request, SESSION_EXPIRED)
    return redirect_to_login(request.get_full_path())
