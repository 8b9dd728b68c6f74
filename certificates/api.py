"""/api/v1/certificates/: what a program may do with the certificates of its office. No answer holds a key."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import api_shapes as shapes
from certificates import messages, services
from certificates.forms import UploadForm
from certificates.models import Certificate
from certificates.problems import CertificateProblem, Duplicate
from portal.office.api_schema import KEY, LOCATION, refused
from portal.office.bodies import ReadableForm
from portal.office.endpoints import OfficeEndpoint, Refusal
from portal.office.models import Scope

_CONFLICT = 409
_ROWS = Certificate.objects.defer("sealed_key", "chain_pem")


class _Endpoint(OfficeEndpoint):
    scope = Scope.CERTIFICATES


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class Certificates(_Endpoint):
    parser_classes = [ReadableForm]

    @extend_schema(
        operation_id="certificates_list", responses={200: shapes.Certificates}, examples=[shapes.LIST]
    )
    def get(self, request: Request) -> Response:
        """The certificates of the office, the active one first."""
        rows = _ROWS.filter(office=self.office)
        return Response({"certificates": [_shown(row) for row in rows]})

    @extend_schema(
        operation_id="certificates_upload",
        parameters=[KEY, LOCATION],
        request={"multipart/form-data": shapes.NewCertificate},
        responses={
            201: shapes.CertificateWithWarnings,
            **refused(409, "The office has this certificate already.", "duplicate"),
        },
        examples=[shapes.ONE],
    )
    def post(self, request: Request) -> Response:
        """Upload a certificate with its key. The portal keeps the key sealed, and never shows it."""
        return self.once(request, lambda: self._upload(request))

    def _upload(self, request: Request) -> Response:
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            raise _refused(form)
        try:
            certificate = services.upload(
                office=self.office,
                checked=form.checked,
                activate=form.cleaned_data["is_active"],
                by=self.person,
            )
        except Duplicate as problem:
            raise Refusal(
                problem.code, messages.refusal(problem), field="certificate", status=_CONFLICT
            ) from None
        address = reverse("certificates:api_one", args=[certificate.pk])
        return Response(_with_warnings(certificate), status=201, headers={"Location": address})


class OneCertificate(_Endpoint):
    @extend_schema(
        operation_id="certificates_one",
        responses={200: shapes.CertificateWithWarnings},
        examples=[shapes.ONE],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """This one, with what to heed before it is made active."""
        return Response(_with_warnings(self.own(Certificate, pk)))

    @extend_schema(
        operation_id="certificates_delete",
        responses={204: None, **refused(409, "It is active.", "still-active")},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Destroy its key. Only with the token of a kantoorbeheerder, and not while it is active."""
        certificate = self.own(Certificate, pk)
        if not self.person.membership.is_administrator:
            raise PermissionDenied(code="administrators-only")
        try:
            services.delete(certificate=certificate, by=self.person)
        except services.StillActive as problem:
            message = _("Een actief certificaat kan niet worden verwijderd.")
            raise Refusal(problem.code, str(message), status=_CONFLICT) from None
        return Response(status=204)


class Activate(_Endpoint):
    @extend_schema(
        operation_id="certificates_activate",
        request=None,
        responses={
            200: shapes.CertificateWithWarnings,
            **refused(409, "It cannot be used: it ended or was revoked.", "revoked"),
        },
        examples=[shapes.ONE],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Make this the office's only active certificate, whatever there is to heed."""
        certificate = self.own(Certificate, pk)
        try:
            services.activate(certificate=certificate, by=self.person)
        except CertificateProblem as problem:
            raise Refusal(problem.code, messages.refusal(problem), status=_CONFLICT) from None
        return Response(_with_warnings(certificate))


class Deactivate(_Endpoint):
    @extend_schema(
        operation_id="certificates_deactivate",
        request=None,
        responses={200: shapes.CertificateWithWarnings},
        examples=[shapes.ONE],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Leave the office without an active certificate."""
        certificate = services.deactivate(certificate=self.own(Certificate, pk), by=self.person)
        return Response(_with_warnings(certificate))


def _refused(form: UploadForm) -> Refusal:
    """The first error; a form without a valid certificate always has one."""
    field, errors = next(iter(form.errors.as_data().items()))
    return Refusal(errors[0].code or "invalid", str(errors[0].message), field=field)


def _with_warnings(certificate: Certificate) -> dict[str, Any]:
    found = services.cautions(certificate)
    return {
        **_shown(certificate),
        "warnings": [{"code": caution.code, "message": caution.text} for caution in found],
    }


def _shown(certificate: Certificate) -> dict[str, Any]:
    return {
        "id": certificate.pk,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial_number": certificate.serial_number,
        "fingerprint": certificate.fingerprint,
        "not_valid_before": certificate.not_valid_before,
        "not_valid_after": certificate.not_valid_after,
        "trade_register_number": certificate.trade_register_number or None,
        "oin": certificate.oin or None,
        "is_active": certificate.is_active,
        "revoked_at": certificate.revoked_at,
        "revocation_checked_at": certificate.checked_at,
        "key_proven_at": certificate.proven_at,
        "created_at": certificate.created_at,
    }


_BASE = "api/v1/certificates/"
urlpatterns = [
    path(_BASE, Certificates.as_view(), name="api"),
    path(f"{_BASE}<uuid:pk>/", OneCertificate.as_view(), name="api_one"),
    path(f"{_BASE}<uuid:pk>/activate/", Activate.as_view(), name="api_activate"),
    path(f"{_BASE}<uuid:pk>/deactivate/", Deactivate.as_view(), name="api_deactivate"),
]
