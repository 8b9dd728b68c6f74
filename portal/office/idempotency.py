"""Calls that may be repeated: with the same `Idempotency-Key` an act is done once, and answered the same.

A key counts for an office, for a day. Only what was done is kept; a call that was refused did nothing, and
may be repeated with its key. The statuses are those of draft-ietf-httpapi-idempotency-key-header.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from portal.ids import uuid7
from portal.office.models import IdempotentCall, Office
from portal.office.problems import Refusal

if TYPE_CHECKING:  # generic in the stubs only
    File = UploadedFile[bytes]
else:
    File = UploadedFile

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = dt.timedelta(hours=24)
# longer than a call can take: a process that died while dealing with one gives its key back after this
LEASE = dt.timedelta(minutes=5)
_LONGEST = 255

# no row comes back when the key is in use
_TAKE = """
INSERT INTO office_idempotentcall AS kept (id, office_id, key, digest, taken_at, location)
VALUES (%(id)s, %(office)s, %(key)s, %(digest)s, %(now)s, '')
ON CONFLICT (office_id, key) DO UPDATE SET
    id = excluded.id, digest = excluded.digest, taken_at = excluded.taken_at,
    status = NULL, body = NULL, location = ''
WHERE kept.taken_at < %(now)s::timestamptz - %(kept)s
    OR (kept.status IS NULL AND kept.taken_at < %(now)s::timestamptz - %(lease)s)
RETURNING id
"""


def once(request: Request, office: Office, act: Callable[[], Response]) -> Response:
    """The answer of `act`, which is done once for a key; without a key it is simply done.

    Raises Refusal: 400 for an impossible key, 409 while the first call is dealt with, 422 for another request
    under the same key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return act()
    if not 0 < len(key) <= _LONGEST or not (key.isascii() and key.isprintable()):
        raise Refusal(
            "idempotency-key-invalid", _("De Idempotency-Key is leeg, te lang of geen gewone tekst.")
        )
    digest = _digest(request)
    call = _take(office, key, digest)
    return _earlier_answer(office, key, digest) if call is None else _do(call, act)


def forget_old() -> None:
    """Drop the keys that no longer count."""
    IdempotentCall.objects.filter(taken_at__lt=timezone.now() - KEPT).delete()


def _take(office: Office, key: str, digest: str) -> UUID | None:
    values: dict[str, Any] = {
        "id": uuid7(),
        "office": office.pk,
        "key": key,
        "digest": digest,
        "now": timezone.now(),
        "kept": KEPT,
        "lease": LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    return row[0] if row else None


def _do(call: UUID, act: Callable[[], Response]) -> Response:
    """Act and answer are committed together: neither is without the other."""
    try:
        with transaction.atomic():
            response = act()
            _keep(call, response)
    except BaseException:
        IdempotentCall.objects.filter(pk=call, status=None).delete()
        raise
    return response


def _keep(call: UUID, response: Response) -> None:
    kept = IdempotentCall.objects.filter(pk=call, status=None).update(
        status=response.status_code,
        body=json.loads(json.dumps(response.data, cls=JSONEncoder)),
        location=response.headers.get("Location", ""),
    )
    if not kept:
        # it took longer than a lease, and the same call was made again meanwhile
        raise _in_flight()


def _earlier_answer(office: Office, key: str, digest: str) -> Response:
    call = IdempotentCall.objects.filter(office=office, key=key).first()
    if call is not None and call.digest != digest:
        raise Refusal(
            "idempotency-key-reused", _("Deze Idempotency-Key hoort bij een andere aanvraag."), status=422
        )
    if call is None or call.status is None:
        raise _in_flight()
    headers = {REPLAYED: "true", **({"Location": call.location} if call.location else {})}
    return Response(call.body, status=call.status, headers=headers)


def _in_flight() -> Refusal:
    message = _("De eerste aanvraag met deze Idempotency-Key is nog niet klaar.")
    return Refusal("idempotency-key-in-use", message, status=409)


def _digest(request: Request) -> str:
    """Keyed, since what is sent may hold a password. Of what it says: boundaries and order say nothing."""
    told = hashlib.sha256()
    for part in (request.method or "", request.path, *_told(request)):
        told.update(hashlib.sha256(part.encode()).digest())
    return salted_hmac("portal.office.idempotency", told.hexdigest(), algorithm="sha256").hexdigest()


def _told(request: Request) -> Iterator[str]:
    if not isinstance(request.data, QueryDict):
        yield json.dumps(request.data, sort_keys=True)
        return
    for name, values in sorted(request.data.lists()):
        yield name
        for value in values:
            yield _of_file(value) if isinstance(value, UploadedFile) else f"text {value}"


def _of_file(file: File) -> str:
    content = hashlib.sha256()
    for piece in file.chunks():
        content.update(piece)
    file.seek(0)
    return f"file {content.hexdigest()} {file.name}"
