"""Template tags: `{% load ui %}`. What each shows stands in templates/ui/."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from typing import Any

from django import forms, template
from django.contrib.staticfiles import finders
from django.core.paginator import Page
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext
from PIL import Image

register = template.Library()

DAY = "d-m-Y"
MOMENT = "d-m-Y H:i"
LONG_DAY = "j F Y"

_STEP = 1024
_UNITS = ("kB", "MB", "GB", "TB")

# an icon for each tone, so that colour never says it alone
TONES = {
    "success": "✓",
    "warning": "⚠",
    "error": "✖",
    "info": "●",
    "neutral": "○",
}


@register.filter
def day(value: date | datetime | None) -> str:
    """`29-12-2020`; nothing for None. Moments in local time."""
    return formats.date_format(_local(value), DAY) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """`22-11-2026 15:58`, local time; nothing for None."""
    return formats.date_format(_local(value), MOMENT) if value else ""


@register.filter
def long_day(value: date | datetime | None) -> str:
    """`2 november 2026`, for running text."""
    return formats.date_format(_local(value), LONG_DAY) if value else ""


def _local(value: date | datetime) -> date | datetime:
    """Also for who calls these from Python, where Django leaves a moment in UTC."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def number(value: float | None) -> str:
    """`12.345.678,9`; for counts and amounts only, never for years, ids or attributes."""
    return "" if value is None else formats.number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def file_size(size: int) -> str:
    """`117,7 MB`, `4,2 kB`, `8 bytes`: as static/js/portal.js writes it. Django's own filter says KB."""
    if size < _STEP:
        return ngettext("%(size)d byte", "%(size)d bytes", size) % {"size": size}
    shown, unit = size / _STEP, 0
    while shown >= _STEP and unit < len(_UNITS) - 1:
        shown, unit = shown / _STEP, unit + 1
    return f"{formats.number_format(round(shown, 1), 1)}\xa0{_UNITS[unit]}"


@register.filter
def short_address(email: str) -> str:
    """An e-mail address as the bar shows it: `Support@next...`."""
    return email if len(email) <= 15 else f"{email[:12]}..."


@register.inclusion_tag("ui/field.html")
def field(bound: forms.BoundField, describe: str = "") -> dict[str, Any]:
    """One form field: label, hint (its help_text), error, widget, tied together for screen readers."""
    widget = bound.field.widget
    return {
        "field": bound,
        "checkbox": isinstance(widget, forms.CheckboxInput),
        "group": widget.use_fieldset,
        "file": isinstance(widget, forms.FileInput),
        "describe": describe,
    }


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: forms.BaseForm | None) -> dict[str, Any]:
    """Every error of the form as a link to its field; nothing when there is none."""
    if not form or not form.errors:
        return {"errors": []}
    return {
        "errors": [(_target(form, name), message) for name, found in form.errors.items() for message in found]
    }


def _target(form: forms.BaseForm, name: str) -> str:
    if name not in form.fields:
        # of no field, as of a login: where the answer begins
        name = next((field.name for field in form.visible_fields()), "")
    if not name:
        return ""
    bound = form[name]
    # a group has no element of its own: its first choice gets the focus
    return bound.subwidgets[0].id_for_label if bound.use_fieldset else bound.id_for_label


@register.inclusion_tag("ui/progress_bar.html")
def progress_bar(key: str, label: str, percentage: int | None, note: str = "") -> dict[str, Any]:
    """A bar with label and figure; `percentage` 0 to 100, None when unknown; `key` unique on the page."""
    return {"key": key, "label": label, "percentage": percentage, "note": note}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Which rows of how many, and links to the previous and next page that keep the other parameters."""
    return {"page": page}


@register.simple_tag
def status_badge(tone: str, label: str) -> SafeString:
    """A status in colour, icon and word; `tone` is a key of TONES."""
    return format_html(
        '<span class="badge badge-{}"><span aria-hidden="true">{}</span> {}</span>', tone, TONES[tone], label
    )


@register.simple_tag
def picture(name: str, alt: str) -> SafeString:
    """static/help/<name>.webp with its own measures, so that nothing moves when it comes in."""
    width, height = _size_of(f"help/{name}.webp")
    return format_html(
        '<img class="picture" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        static(f"help/{name}.webp"),
        alt,
        width,
        height,
    )


@cache
def _size_of(path: str) -> tuple[int, int]:
    with Image.open(str(finders.find(path))) as shown:
        return shown.size


@register.simple_block_tag
def table_region(content: SafeString, caption_id: str) -> SafeString:
    """A wide table that scrolls in a region of its own; `caption_id` is the id of the table's caption."""
    return format_html(
        '<div class="table-region" role="region" tabindex="0" aria-labelledby="{}">{}</div>',
        caption_id,
        content,
    )
