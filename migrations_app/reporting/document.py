"""What stands in the report as a file document: texts, as the template of the PDF lays them out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from migrations_app.models import MigrationJob
from migrations_app.reporting.control import ControlRow, control_rows
from migrations_app.reporting.numbers import Report, ReportRow, SourceReport
from migrations_app.reporting.remarks import Remark
from portal.office.models import Office
from portal.ui.templatetags.ui import moment, number

Cells = list[str]
NONE = "\u2013"


def content(
    job: MigrationJob,
    office: Office,
    report: Report,
    told: Sequence[Remark],
    *,
    volume: int,
    volumes: int,
    now: dt.datetime,
) -> dict[str, Any]:
    """The document without its logo. Only the first volume has the numbers."""
    of = _(" (deel %(volume)s van %(volumes)s)") % {"volume": volume, "volumes": volumes}
    title = _("Verslag van migratie %(reference)s") % {"reference": job.reference}
    is_first = volume == 1
    return {
        "title": title + (of if volumes > 1 else ""),
        "reference": job.reference,
        "logo_alt": office.name,
        "footer": f"{job.reference} · {office.name} · {moment(timezone.localtime(now))}",
        "summary": _summary(report) if is_first else [],
        "facts_header": [_("Gegeven"), _("Waarde")],
        "facts": _facts(job, office),
        "sheets": _sheets(job, report) if is_first else [],
        "lines": _lines(told),
        "more": _("Vervolg in deel %(next)s.") % {"next": volume + 1} if volume < volumes else "",
    }


def _summary(report: Report) -> Cells:
    said = _(
        "%(migrated)s gemigreerd · %(skipped)s overgeslagen · %(rejected)s mislukt, "
        "van %(announced)s aangekondigd"
    )
    total = {
        name: number(getattr(report.all, name)) for name in ("migrated", "skipped", "rejected", "announced")
    }
    return [said % total, *([] if report.all.difference else [_("Er zijn geen verschillen.")])]


def _facts(job: MigrationJob, office: Office) -> list[Cells]:
    def at(value: dt.datetime | None) -> str:
        return moment(timezone.localtime(value)) if value else NONE

    return [
        [_("Kantoor"), f"{office.name} ({office.trade_register_number})"],
        [_("Status"), str(job.get_status_display())],
        [_("Bestand"), job.file_name],
        [_("Gestart"), _("%(at)s door %(by)s") % {"at": at(job.created_at), "by": job.created_by.email}],
        [
            _("Verwerkt"),
            _("%(start)s tot %(end)s") % {"start": at(job.started_at), "end": at(job.finished_at)},
        ],
        [_("Importtype"), str(job.get_import_type_display())],
        ["SHA-256", job.sha256],
    ]


_FIGURES = ("announced", "created", "updated", "unchanged", "migrated", "skipped", "rejected")


def _sheets(job: MigrationJob, report: Report) -> list[dict[str, Any]]:
    sheets = [_returns(source) for source in report.sources if source.rows]
    sheets.append(_sheet(_("Alle gegevens per soort"), [_("Soort")], report.kinds, report.all))
    reasons = [
        [str(each.outcome.label), each.reason, each.remedy, each.code, number(each.count)]
        for each in report.reasons
    ]
    if reasons:
        header = [_("Uitkomst"), _("Reden"), _("Wat u kunt doen"), _("Code"), _("Aantal")]
        sheets.append({"title": _("Redenen"), "notes": [], "header": header, "texts": 4, "rows": reasons})
    if controls := control_rows(job):
        sheets.append(_controls(controls))
    return sheets


def _returns(source: SourceReport) -> dict[str, Any]:
    title = _("Aangiftes uit %(name)s (%(kind)s)") % {"name": source.name, "kind": source.kind.label}
    sheet = _sheet(title, [_("Product"), _("Aangiftejaar")], source.rows, source.total)
    return {**sheet, "notes": [source.note]}


def _sheet(title: str, first: Cells, rows: Iterable[ReportRow], total: ReportRow) -> dict[str, Any]:
    header = [
        *first,
        *(_("Aangekondigd"), _("Nieuw"), _("Bijgewerkt"), _("Ongewijzigd")),
        *(_("Gemigreerd"), _("Overgeslagen"), _("Mislukt"), _("Verschil")),
    ]
    has_year = len(first) == 2
    told = [[row.label, *([str(row.tax_year or NONE)] if has_year else []), *_figures(row)] for row in rows]
    told.append([_("Totaal"), *([""] if has_year else []), *_figures(total)])
    return {"title": title, "notes": [], "header": header, "texts": len(first), "rows": told}


def _figures(row: ReportRow) -> Cells:
    figures = [number(getattr(row, name)) for name in _FIGURES]
    return [*figures, number(row.difference) if row.difference else _("Gelijk")]


def _controls(rows: Sequence[ControlRow]) -> dict[str, Any]:
    header = [
        *(_("Soort en belasting"), _("Jaar")),
        *(_("In het bestand"), _("Bedrag"), _("Niet overgenomen"), _("Bedrag")),
        *(_("In Nextens"), _("Bedrag"), _("Verschil")),
    ]
    return {
        "title": _("Controletotalen"),
        "notes": [
            _("Aantallen en bedragen (in euro) van het bestand naast die van de database."),
            _("Wat het bestand openlaat, telt aan beide kanten niet mee."),
        ],
        "header": header,
        "texts": 2,
        "rows": [_control(row) for row in rows],
    }


def _control(row: ControlRow) -> Cells:
    sums: list[Any] = [
        *(row.file_records, row.file_amount, row.left_records, row.left_amount),
        *(row.database_records, row.database_amount),
    ]
    difference = f"{number(row.record_difference)} / {number(float(row.amount_difference))}"
    return [
        row.label,
        str(row.tax_year or NONE),
        *(number(each) for each in sums),
        _("Gelijk") if row.is_equal else difference,
    ]


def _lines(told: Sequence[Remark]) -> list[dict[str, Any]]:
    header = [
        *(_("Bestand en regel"), _("Klant"), _("Aangifte")),
        *(_("Reden"), _("Wat u kunt doen"), _("Code")),
    ]
    return [
        {
            "title": outcome,
            "header": header,
            "rows": [_line(remark) for remark in told if remark.outcome_label == outcome],
        }
        for outcome in dict.fromkeys(remark.outcome_label for remark in told)
    ]


def _line(remark: Remark) -> Cells:
    return [
        _("%(path)s, regel %(line)s") % {"path": remark.path, "line": remark.line},
        remark.client or NONE,
        f"{remark.tax} {remark.tax_year or ''}".strip(),
        remark.reason,
        remark.remedy,
        remark.code,
    ]
