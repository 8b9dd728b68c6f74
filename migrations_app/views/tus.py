"""/uploads/: the tus protocol 1.0.0, https://tus.io/protocols/resumable-upload, for browsers and programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from migrations_app import accepting, forms, resumable
from migrations_app.models import Upload
from migrations_app.resumable import Body, Checksum, ResumableError
from migrations_app.resumable.checksum import ALGORITHMS
from migrations_app.uploads import EmptyUpload, NoRoom, NoZip, UploadRefused, UploadTooLarge
from migrations_app.views.tus_asking import Asking, Refused, read_asking, read_choices, read_metadata

VERSION = "1.0.0"
_BYTES = "application/offset+octet-stream"
_EXTENSIONS = "creation,creation-with-upload,expiration,termination,checksum"
_REFUSED_AS = {NoZip.code: 415, EmptyUpload.code: 422, UploadTooLarge.code: 413, NoRoom.code: 507}
_SENTENCES = {
    "over-quota": _("Uw kantoor heeft te veel uploads die niet af zijn. Maak die eerst af of annuleer ze."),
    "disk-full": _("Er is bij Nextens nu geen ruimte voor het bestand. Het geüploade deel blijft bewaard."),
    "registered": _("Dit bestand is al helemaal geüpload."),
}
# of this process; the rest of its threads are for pages
_places = BoundedSemaphore(settings.UPLOADS_AT_ONCE)
_RETRY_SECONDS = 5
Answer = Callable[[Asking, HttpRequest], HttpResponse]


@csrf_exempt  # read_asking asks for the token of whoever comes with a session
def uploads(request: HttpRequest) -> HttpResponse:
    """Make an upload, or tell what this server can do."""
    return _answer(request, {"POST": _create, "OPTIONS": _describe}, None)


@csrf_exempt
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One upload: where it is, more of it, or away with it."""
    acts: dict[str, Answer] = {
        "HEAD": lambda asking, request: _where(pk),
        "PATCH": lambda asking, request: _add(pk, request),
        "DELETE": lambda asking, request: _terminate(pk),
        "OPTIONS": _describe,
    }
    return _answer(request, acts, pk)


def _answer(request: HttpRequest, acts: Mapping[str, Answer], pk: UUID | None) -> HttpResponse:
    try:
        response = _act(request, acts, pk)
    except Refused as refused:
        response = _say(refused.status, refused.sentence)
        if refused.retry_after is not None:
            response["Retry-After"] = str(refused.retry_after)
    except ResumableError as error:
        response = _say(error.status, str(_SENTENCES.get(error.code, "")))
    if response.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def _act(request: HttpRequest, acts: Mapping[str, Answer], pk: UUID | None) -> HttpResponse:
    asking = read_asking(request)
    if pk and not Upload.objects.filter(pk=pk, office=asking.office, created_by=asking.user).exists():
        raise Http404
    method = request.method or ""
    if method == "POST":
        method = request.headers.get("X-HTTP-Method-Override", method)
    if method not in acts:
        return HttpResponse(status=405, headers={"Allow": ", ".join(acts)})
    if method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        return HttpResponse(status=412, headers={"Tus-Version": VERSION})
    return acts[method](asking, request)


def _describe(asking: Asking, request: HttpRequest) -> HttpResponse:
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": _EXTENSIONS,
        "Tus-Max-Size": str(settings.MIGRATION_MAX_BYTES),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }
    return HttpResponse(status=204, headers=headers)


def _create(asking: Asking, request: HttpRequest) -> HttpResponse:
    header = request.headers.get("Upload-Metadata", "")
    metadata = read_metadata(header)
    name, length = metadata.get("filename", ""), _number(request, "Upload-Length")
    choices = read_choices(asking, metadata)
    if not accepting.may_upload(asking.office):
        raise Refused(403, forms.file_sentence("no_certificate", name, length))
    body = _body(request) if request.headers.get("Content-Length", "0") != "0" else None
    checksum = _checksum(request)
    with _place(body), _told_as_by_the_form(name, length):
        made = resumable.create(
            office=asking.office,
            by=asking.user,
            name=name,
            length=length,
            choices=choices,
            metadata=header,
            # who was asked before the first byte is not asked again
            ask_if_known=asking.by_session and metadata.get("again") != "1",
        )
        if body:
            made = _begin(made, body, checksum, _may_go_on(request))
    address = {"Location": reverse("migrations:upload", args=[made.pk])}
    return HttpResponse(status=201, headers=_standing(made) | address)


def _begin(made: Upload, body: Body, checksum: Checksum | None, may: Callable[[], bool]) -> Upload:
    """The bytes that came with the creation, whose answer alone says where to go on."""
    try:
        return resumable.add(made.pk, body, offset=0, checksum=checksum, may_go_on=may)
    except (ResumableError, OSError):
        # each new attempt would else take its length of the office's quota
        resumable.forget_empty(made.pk)
        raise


def _where(pk: UUID) -> HttpResponse:
    found = resumable.where(pk)
    more = {"Upload-Length": str(found.length)}
    if found.metadata:
        more["Upload-Metadata"] = found.metadata
    return HttpResponse(status=200, headers=_standing(found) | more)


def _add(pk: UUID, request: HttpRequest) -> HttpResponse:
    body, offset, checksum = _body(request), _number(request, "Upload-Offset"), _checksum(request)
    name, length = Upload.objects.values_list("file_name", "length").get(pk=pk)
    with _place(body), _told_as_by_the_form(name, length):
        may = _may_go_on(request)
        now = resumable.add(pk, body, offset=offset, checksum=checksum, may_go_on=may)
    return HttpResponse(status=204, headers=_standing(now))


def _terminate(pk: UUID) -> HttpResponse:
    resumable.terminate(pk)
    return HttpResponse(status=204)


def _body(request: HttpRequest) -> Body:
    if request.content_type != _BYTES:
        raise Refused(415)
    if "Content-Length" not in request.headers:
        raise Refused(411)
    return Body(request.read, _number(request, "Content-Length"))


@contextmanager
def _place(body: Body | None) -> Iterator[None]:
    """One of the threads that may wait for bytes; Refused when all of them do."""
    if body is None:
        yield
    elif _places.acquire(blocking=False):
        try:
            yield
        finally:
            _places.release()
    else:
        raise Refused(503, retry_after=_RETRY_SECONDS)


def _may_go_on(request: HttpRequest) -> Callable[[], bool]:
    """Whether who was let in at the start of a long request would still be."""

    def may() -> bool:
        try:
            read_asking(request, anew=True)
        except (Refused, Http404):
            return False
        return True

    return may


def _checksum(request: HttpRequest) -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    try:
        return Checksum.read(header) if header else None
    except ValueError:
        raise Refused(422) from None


def _number(request: HttpRequest, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refused(422)
    return int(text)


def _standing(upload: Upload) -> dict[str, str]:
    # whole seconds, and never later than it is
    expires = upload.expires_at - timedelta(microseconds=upload.expires_at.microsecond)
    return {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(expires.timestamp())}


def _say(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


@contextmanager
def _told_as_by_the_form(name: str, size: int) -> Iterator[None]:
    try:
        yield
    except UploadRefused as refused:
        sentence = forms.file_sentence(refused.code, name, size)
        raise Refused(_REFUSED_AS[refused.code], sentence) from refused
