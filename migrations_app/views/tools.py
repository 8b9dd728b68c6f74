"""Under Tools: the check of a migration file, of which nothing is kept."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from migrations_app import reporting, sentences
from migrations_app.accepting import trying
from migrations_app.forms import FileForm
from migrations_app.passing import PassingFile, PassingHandler
from portal.office.access import member
from portal.office.http import OfficeRequest
from portal.ui.templatetags.ui import file_size


class TryForm(FileForm):
    """The file alone."""

    texts = {
        "too_large": _(
            "Het migratiebestand is %(size)s. Hier kunt u bestanden tot %(max)s controleren. Een groter "
            "bestand wordt na het uploaden gecontroleerd; u kunt de migratie annuleren zolang zij in de "
            "wachtrij staat."
        ),
        trying.TooSlow.code: _(
            "De controle van dit bestand duurt hier te lang. Upload het bestand: dan wordt het volledig "
            "gecontroleerd, en u kunt de migratie annuleren zolang zij in de wachtrij staat."
        ),
        trying.Busy.code: _(
            "Op dit moment wordt een ander bestand gecontroleerd. Probeer het over een halve minuut opnieuw."
        ),
    }

    def say(self, code: str, size: int = 0) -> None:
        facts = {"size": file_size(size), "max": file_size(settings.TOOLS_MAX_BYTES)}
        self.add_error("file", ValidationError(self.texts[code], code=code, params=facts))


def _keeping_nothing(request: HttpRequest) -> HttpResponseBase:
    """Sets its upload handler before anything reads the request; the CSRF token is looked at after that."""
    request.upload_handlers = [PassingHandler(request)]
    return _check(request)


@member
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def _check(request: OfficeRequest) -> HttpResponse:
    form = TryForm(request.POST, request.FILES) if request.method == "POST" else TryForm()
    context: dict[str, object] = {"form": form, "largest": settings.TOOLS_MAX_BYTES}
    if form.is_valid() and isinstance(file := form.cleaned_data["file"], PassingFile):
        answer = _tried(request, form, file)
        if isinstance(answer, HttpResponse):
            return answer
        context |= answer
    return render(request, "migrations_app/tools_check.html", context)


def _tried(request: OfficeRequest, form: TryForm, file: PassingFile) -> HttpResponse | dict[str, object]:
    """A sheet when that was asked for, else what the page shows."""
    size = file.size or 0
    if file.is_too_large:
        form.say("too_large", size)
        return {}
    as_sheet = "csv" in request.POST
    most = trying.IN_A_SHEET if as_sheet else trying.ON_A_PAGE
    try:
        trial = trying.try_file(file.plain, request.office, remarks=most)
    except (trying.TooSlow, trying.Busy) as error:
        form.say(error.code)
        return {}
    if as_sheet and trial.code is None:
        return HttpResponse(
            "".join(reporting.csv_lines(trial.remarks)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="controle.csv"'},
        )
    refusal = sentences.refusal(trial.code, size) if trial.code is not None else ""
    return {"form": TryForm(), "trial": trial, "file": file, "refusal": refusal}


check = csrf_exempt(_keeping_nothing)
