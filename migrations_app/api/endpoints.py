"""The endpoints: create, list, status, report, problems, cancel."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from migrations_app import accepting, reporting, resumable
from migrations_app.accepting.allowing import may_upload
from migrations_app.api import examples, presenting, shapes
from migrations_app.api.listing import newest
from migrations_app.forms import file_sentence
from migrations_app.models import ImportType, LedgerEntry, MigrationJob, PartKind, Upload
from migrations_app.resumable import ResumableError
from migrations_app.standing import with_totals
from portal.dossiers.models import MessageStatus
from portal.office.api_schema import KEY, LOCATION, refused
from portal.office.endpoints import OfficeEndpoint, Refusal
from portal.office.models import Scope
from portal.office.strict_fields import query_of

_CONFLICT = 409
_TOO_LATE = _("Deze migratie kan niet meer worden geannuleerd.")
_SENTENCES = {
    "over-quota": _("Uw kantoor heeft te veel uploads die niet af zijn. Maak die eerst af of annuleer ze."),
    "disk-full": _("Er is bij Nextens nu geen ruimte voor het bestand."),
    "locked": _("Er wordt op dit moment aan deze upload toegevoegd. Probeer het zo opnieuw."),
    "registered": _TOO_LATE,
}


class _Endpoint(OfficeEndpoint):
    scope = Scope.MIGRATIONS_READ
    scopes = {"POST": Scope.MIGRATIONS_WRITE}

    def jobs(self) -> QuerySet[MigrationJob]:
        return with_totals(MigrationJob.objects.filter(office=self.office)).select_related("place")

    def unfinished(self) -> QuerySet[Upload]:
        """Uploads of this person that no job has yet."""
        own = Upload.objects.filter(office=self.office, created_by=self.person)
        return own.filter(job=None, expires_at__gt=timezone.now()).select_related("created_by")


class Migrations(_Endpoint):
    @extend_schema(
        operation_id="migrations_list",
        parameters=[shapes.MigrationsQuery],
        responses={
            200: shapes.Migrations,
            **refused(400, "The query is wrong.", "invalid"),
            **refused(404, "The migration in `after` does not exist.", "not-found"),
        },
        examples=[examples.LIST, examples.TO_GO_ON_WITH],
    )
    def get(self, request: Request) -> Response:
        """The migrations of the office, the newest first. With them stand the uploads of this token's maker
        that are not whole: `?status=uploading` finds where to go on.
        """
        query = query_of(shapes.MigrationsQuery, request)
        found = newest(self.jobs(), self.unfinished(), query)
        rows, following = presenting.page(found, query["limit"], request)
        return Response({"results": [presenting.either(row, request) for row in rows], "next": following})

    @extend_schema(
        operation_id="migrations_create",
        parameters=[KEY, LOCATION],
        request=shapes.NewMigration,
        responses={
            201: shapes.Migration,
            **refused(409, "No active certificate, or no room for more uploads.", "no-certificate"),
        },
        examples=[examples.NEW, examples.CREATED],
    )
    def post(self, request: Request) -> Response:
        """Announce a file. Its bytes then go to `upload.url` by tus 1.0.0, with the same token; once all are
        there the file is checked by itself.
        """
        return self.once(request, lambda: self._create(request))

    def _create(self, request: Request) -> Response:
        asked = shapes.NewMigration(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        if not may_upload(self.office):
            message = file_sentence("no_certificate", data["file_name"], data["size"])
            raise Refusal("no-certificate", message, status=_CONFLICT)
        try:
            made = resumable.create(
                office=self.office,
                by=self.person,
                name=data["file_name"],
                length=data["size"],
                choices=_choices(data),
                metadata=f"filename {base64.b64encode(data['file_name'].encode()).decode()}",
                ask_if_known=False,
            )
        except ResumableError as error:
            raise _refusal(error) from error
        address = reverse("migrations:api_one", args=[made.pk])
        return Response(presenting.unfinished(made, request), status=201, headers={"Location": address})


class OneMigration(_Endpoint):
    @extend_schema(
        operation_id="migrations_status", responses={200: shapes.Migration}, examples=[examples.QUEUED]
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """How the migration stands. Ask again every few seconds until `is_final`."""
        job = self.jobs().filter(pk=pk).first()
        if job is None:
            return Response(presenting.unfinished(get_object_or_404(self.unfinished(), pk=pk), request))
        return Response(presenting.migration(job))


class Report(_Endpoint):
    @extend_schema(
        operation_id="migrations_report",
        responses={
            200: shapes.Report,
            **refused(409, "The file was not checked yet, or was refused.", "no-report"),
        },
        examples=[examples.REPORT],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The numbers, per source, product and tax year, and per code."""
        return Response(presenting.report(_with_report(self.own(MigrationJob, pk))))


class Problems(_Endpoint):
    @extend_schema(
        operation_id="migrations_problems",
        parameters=[shapes.ProblemsQuery],
        responses={
            200: shapes.RecordProblems,
            **refused(400, "The query is wrong.", "invalid"),
            **refused(409, "The file was not checked yet, or was refused.", "no-report"),
        },
        examples=[examples.PROBLEMS],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """The records that were skipped, rejected or warned of, in the order of the file."""
        job = self.own(MigrationJob, pk)
        query = query_of(shapes.ProblemsQuery, request)
        entries = LedgerEntry.objects.filter(part__job=_with_report(job)).select_related("part")
        if "outcome" in query:
            entries = entries.filter(outcome=query["outcome"])
        if "after" in query:
            entries = entries.filter(_behind(job, query["after"]))
        entries = entries.order_by("part__position", "line", "code")[: query["limit"] + 1]
        rows, following = presenting.page(list(entries), query["limit"], request)
        told = zip(rows, reporting.described(job, rows), strict=True)
        return Response(
            {"results": [presenting.problem(entry, remark) for entry, remark in told], "next": following}
        )


class Cancel(_Endpoint):
    @extend_schema(
        operation_id="migrations_cancel",
        request=None,
        responses={204: None, **refused(409, "Too late, or just being added to.", "too-late")},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take it back while nothing of it was imported. What there is of an upload is deleted; the file of
        a migration that was whole is kept for fourteen days, like that of any that ended otherwise than well.
        """
        job = MigrationJob.objects.filter(pk=pk, office=self.office).first()
        if job is None:
            self._terminate(get_object_or_404(self.unfinished(), pk=pk))
        elif not accepting.cancel(job, by=self.person):
            raise Refusal("too-late", str(_TOO_LATE), status=_CONFLICT)
        return Response(status=204)

    def _terminate(self, upload: Upload) -> None:
        try:
            resumable.terminate(upload.pk)
        except ResumableError as error:
            raise _refusal(error) from error


def _choices(data: Mapping[str, Any]) -> resumable.Choices:
    return resumable.Choices(
        ImportType(data["import_type"]),
        [PartKind(kind) for kind in data["parts"]],
        MessageStatus(data["message_status"]),
    )


def _refusal(error: ResumableError) -> Exception:
    """What tus says in its own way; somebody who is too late finds nothing, as at any other address."""
    if error.code not in _SENTENCES:
        return Http404()
    status = error.status if error.code == "disk-full" else _CONFLICT
    return Refusal(error.code, str(_SENTENCES[error.code]), status=status)


def _with_report(job: MigrationJob) -> MigrationJob:
    if job.checked_at is None:
        raise Refusal("no-report", str(_("Van deze migratie is er geen verslag.")), status=_CONFLICT)
    return job


def _behind(job: MigrationJob, after: str) -> Q:
    """What comes after this line of the report, which must be of this job."""
    last = get_object_or_404(LedgerEntry.objects.select_related("part"), pk=after, part__job=job)
    return Q(part__position__gt=last.part.position) | Q(
        Q(line__gt=last.line) | Q(line=last.line, code__gt=last.code), part=last.part_id
    )
