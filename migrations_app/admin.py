"""Migrations in /admin/: how they stand and what can be done to them, never what is in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from migrations_app import alarms, notices, steering
from migrations_app.models import MigrationJob, PartKind, QueuePause, Status
from migrations_app.standing import Standing
from portal.office import trail
from portal.office.administration.lists import ByOffice, Newest, in_words, yes_no
from portal.office.administration.pages import ReadOnly
from portal.office.models import User
from portal.ui.templatetags.ui import file_size, number

_NAME = "migrations_app_migrationjob"


@dataclass(frozen=True)
class Act:
    """Something that can be done, to a job in one of `statuses`; it is confirmed under `explanation`."""

    do: Callable[..., None]
    statuses: tuple[Status, ...]
    title: Promise
    explanation: Promise
    done: Promise


# by the name that stands in its address
ACTS = {
    "pause": Act(
        steering.pause,
        steering.PAUSABLE,
        _("Pauzeren"),
        _(
            "De migratie stopt na de stap die nu wordt geschreven en gaat later daar verder. "
            "Latere bestanden van dit kantoor wachten zolang."
        ),
        _("De migratie is gepauzeerd."),
    ),
    "resume": Act(
        steering.resume,
        steering.RESUMABLE,
        _("Hervatten"),
        _("Was de migratie al begonnen, dan gaat zij meteen verder; anders na kantoortijd."),
        _("De migratie is hervat."),
    ),
    "start-now": Act(
        steering.start_now,
        steering.STARTABLE,
        _("Nu starten"),
        _(
            "De migratie begint zodra er een worker vrij is, ook tijdens kantoortijd. "
            "Eerdere bestanden van dit kantoor gaan voor."
        ),
        _("De migratie begint zodra er een worker vrij is."),
    ),
    "retry": Act(
        steering.retry,
        steering.RETRYABLE,
        _("Opnieuw proberen"),
        _("De migratie gaat verder waar zij is gebleven. Wat er al is, blijft staan."),
        _("De migratie staat weer in de wachtrij."),
    ),
    "cancel": Act(
        steering.cancel,
        steering.CANCELLABLE,
        _("Annuleren"),
        _(
            "De migratie stopt voorgoed. Wat al is overgenomen, blijft staan. "
            "Dit kan niet ongedaan worden gemaakt."
        ),
        _("De migratie is geannuleerd."),
    ),
}
PAUSE_QUEUE = Act(
    steering.pause_queue,
    (),
    _("Wachtrij pauzeren"),
    _("Er begint geen migratie meer, van geen enkel kantoor. Wat nu wordt verwerkt, gaat door."),
    _("De wachtrij is gepauzeerd."),
)
RESUME_QUEUE = Act(
    steering.resume_queue,
    (),
    _("Wachtrij hervatten"),
    _("Wat aan de beurt is, begint zodra er een worker vrij is."),
    _("De wachtrij gaat weer verder."),
)
REFUSALS = {
    "not-now": _("Dat kan niet meer: de status van de migratie is veranderd."),
    "busy": _("De worker is bezig met een lange stap. Probeer het over een minuut opnieuw."),
    "file-gone": _("Het migratiebestand is er niet meer. Vraag het kantoor om het opnieuw te uploaden."),
}


@admin.register(MigrationJob)
class MigrationJobAdmin(ReadOnly):
    change_form_template = "admin/migrations_app/migrationjob/change_form.html"
    list_display = (
        "reference",
        "office",
        "status",
        "overrun",
        "created_by",
        "created_at",
        "started_at",
        "finished_at",
    )
    at_once = yes_no("hours_waived", _("meteen gestart"))
    list_filter = ("status", Newest, ByOffice)
    exact_fields = ("reference",)
    people_path = "created_by"
    search_help_text = _("MIG-nummer, e-mailadres van wie uploadde, of naam of KvK-nummer van het kantoor")
    # no storage name, key or digest: they lead to the file
    fields = (
        "reference",
        "office",
        "status",
        "origin",
        "kinds",
        "size",
        "created_by",
        "created_at",
        "checked_at",
        "start_after",
        "at_once",
        "promised_day",
        "started_at",
        "finished_at",
        "overrun",
        "alarmed_at",
        "announced",
        "processed",
        "refusal_code",
        "reason",
        "attempts",
        "deaths",
        "setbacks",
        "claimed_at",
        "worker",
        "lease_expires_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[MigrationJob]:
        jobs: QuerySet[MigrationJob] = super().get_queryset(request)
        return jobs.select_related("office", "created_by").prefetch_related("office__opening_hours")

    @admin.display(description=_("uitgelopen in kantoortijd"))
    def overrun(self, job: MigrationJob) -> str:
        return in_words(alarms.overran(job, timezone.now()))

    @admin.display(description=_("migratie van"))
    def origin(self, job: MigrationJob) -> str:
        return str(job.get_import_type_display())

    @admin.display(description=_("onderdelen"))
    def kinds(self, job: MigrationJob) -> str:
        return ", ".join(str(PartKind(kind).label) for kind in job.selected_kinds)

    @admin.display(description=_("aangekondigd"))
    def announced(self, job: MigrationJob) -> str:
        return number(job.records_total)

    @admin.display(description=_("verwerkt"))
    def processed(self, job: MigrationJob) -> str:
        return number(job.records_done)

    @admin.display(description=_("grootte"))
    def size(self, job: MigrationJob) -> str:
        return file_size(job.file_size)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<uuid:pk>/{name}/", self._page(partial(self.confirm, name)), name=f"{_NAME}_{name}")
            for name in ACTS
        ]
        return [*own, path("wachtrij/", self._page(self.queue), name=f"{_NAME}_queue"), *super().get_urls()]

    def _page(self, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(view))

    def confirm(self, name: str, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Asks first; only a POST does it."""
        act = ACTS[name]
        job = get_object_or_404(MigrationJob.objects.select_related("office"), pk=pk)
        back = reverse(f"admin:{_NAME}_change", args=[pk])
        if request.method == "POST":
            try:
                act.do(job, by=_who(request))
            except steering.NotNow as refused:
                messages.error(request, REFUSALS[refused.code])
            else:
                messages.success(request, str(act.done))
            return redirect(back)
        self.look(request, job)
        allowed = job.status in act.statuses
        context = {"act": act, "object": job, "allowed": allowed, "back": back, "subtitle": job.reference}
        return self._render(request, act.title, context)

    def queue(self, request: HttpRequest) -> HttpResponse:
        """Pauses the whole queue, or lets it go on."""
        pause = QueuePause.objects.select_related("paused_by").first()
        act = RESUME_QUEUE if pause else PAUSE_QUEUE
        back = reverse(f"admin:{_NAME}_changelist")
        if request.method == "POST":
            # what the page asked, whatever somebody else did meanwhile
            act = RESUME_QUEUE if request.POST.get("act") == "resume" else PAUSE_QUEUE
            act.do(by=_who(request))
            messages.success(request, str(act.done))
            return redirect(back)
        context = {"act": act, "allowed": True, "back": back, "pause": pause}
        return self._render(request, act.title, context)

    def _render(self, request: HttpRequest, title: Promise, context: dict[str, Any]) -> HttpResponse:
        about = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return render(request, "admin/migrations_app/confirm.html", about | context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pause = QueuePause.objects.select_related("paused_by").first()
        return super().changelist_view(request, {**(extra_context or {}), "pause": pause})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        job: MigrationJob = context["original"]
        context["acts"] = [
            (reverse(f"admin:{_NAME}_{name}", args=[job.pk]), act.title)
            for name, act in ACTS.items()
            if job.status in act.statuses
        ]
        context |= {
            "parts": job.parts.all(),
            "totals": notices.totals(job),
            "reason": Standing(job).reason,
            "timeline": trail.timeline(job.pk),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _who(request: HttpRequest) -> User:
    """Who asks; the admin lets in nobody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
