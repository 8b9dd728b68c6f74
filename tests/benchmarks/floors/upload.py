"""The portal's settings with one view: it writes the body to disk, and nothing else."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from portal.settings import *  # noqa: F403, TID251 - the same middleware, the same server

ROOT_URLCONF = __name__
_PIECE = 1024**2


@csrf_exempt
def write(request: HttpRequest) -> HttpResponse:
    """One fsync for a request, as whoever promises to have the bytes must do."""
    handle, name = tempfile.mkstemp(dir=FILE_UPLOAD_TEMP_DIR)  # noqa: F405
    try:
        with os.fdopen(handle, "wb") as out:
            while piece := request.read(_PIECE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
    finally:
        Path(name).unlink()
    return HttpResponse(status=204)


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path("floor/", write), path("health/live", live)]
