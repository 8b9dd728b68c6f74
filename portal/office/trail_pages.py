"""Logboek: what was done in an office, by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.office import trail
from portal.office.access import administrator
from portal.office.http import OfficeRequest
from portal.office.models import AuditEvent, Office, User
from portal.ui.paging import CappedPaginator
from portal.ui.sheets import csv_lines
from portal.ui.widgets import LongSelect

_PER_PAGE = 50
_AT_ONCE = 2000
_HEADER = ("Moment", "Wie", "Wat", "Bijzonderheden", "Code")


class TrailFilter(forms.Form):
    act = forms.ChoiceField(label=_("Handeling"), required=False, widget=LongSelect)
    actor = forms.ModelChoiceField(
        label=_("Gebruiker"),
        required=False,
        queryset=User.objects.none(),
        empty_label=_("Alle"),
        widget=LongSelect,
    )
    since = forms.DateField(
        label=_("Van"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Tot en met"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any, *, office: Office) -> None:
        super().__init__(data)
        acts = sorted(((act, str(text)) for act, text in trail.ACTS.items()), key=lambda choice: choice[1])
        self.fields["act"].choices = [("", _("Alle")), *acts]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["actor"].queryset = trail.people_of(office)  # type: ignore[attr-defined]  # a ModelChoiceField

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """Those of `events` that are asked for; none when the question holds an error."""
        if not self.is_valid():
            return events.none()
        asked = self.cleaned_data
        wanted = Q(**{name: asked[name] for name in ("act", "actor") if asked[name]})
        if asked["since"]:
            wanted &= Q(at__gte=_midnight(asked["since"]))
        # nothing comes after the last day there is
        if asked["until"] and asked["until"] < dt.date.max:
            wanted &= Q(at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
        return events.filter(wanted)


@require_safe
@administrator
@never_cache
def logbook(request: OfficeRequest) -> HttpResponse:
    form, events = _asked(request)
    # which fifty is found in an index; who did it and to whom is looked up for those alone
    page = CappedPaginator(events.values_list("pk", flat=True), _PER_PAGE).get_page(request.GET.get("page"))
    shown = trail.events_of(request.office).filter(pk__in=list(page))
    context = {"form": form, "page": page, "rows": [_row(event) for event in shown]}
    return render(request, "office/logbook.html", context, status=400 if form.errors else 200)


@require_safe
@administrator
@never_cache
def logbook_csv(request: OfficeRequest) -> HttpResponseBase:
    """Everything that the filter of the page lets through."""
    form, events = _asked(request)
    if form.errors:
        return HttpResponseBadRequest()
    return StreamingHttpResponse(
        csv_lines(_HEADER, _cells(events)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="logboek.csv"'},
    )


def _asked(request: OfficeRequest) -> tuple[TrailFilter, QuerySet[AuditEvent]]:
    form = TrailFilter(request.GET, office=request.office)
    return form, form.narrow(trail.events_of(request.office))


def _row(event: AuditEvent) -> dict[str, object]:
    return {
        "at": event.at,
        "actor": trail.actor(event),
        "sentence": trail.sentence(event),
        "details": trail.details(event),
    }


def _cells(events: QuerySet[AuditEvent]) -> Iterator[tuple[str, ...]]:
    for event in events.iterator(_AT_ONCE):
        moment = timezone.localtime(event.at).strftime("%d-%m-%Y %H:%M:%S")
        yield moment, trail.actor(event), trail.sentence(event), trail.details(event), event.act


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
