"""The components of the pages."""

import datetime as dt
import gzip
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

SUMMER_NIGHT = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)


def render(source, **context):
    return " ".join(Template("{% load ui %}" + source).render(Context(context)).split())


class Form(forms.Form):
    name = forms.CharField(label="Naam", help_text="Zoals in het register.")
    active = forms.BooleanField(label="Actief", required=False)
    kind = forms.ChoiceField(label="Soort", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    file = forms.FileField(label="Certificaat")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ at|day }}", "02-07-2026"),
        ("{{ at|moment }}", "02-07-2026 00:30"),
        ("{{ at|long_day }}", "2 juli 2026"),
        ("{{ date|day }}", "29-12-2020"),
        ("{{ naive|moment }}", "01-02-2026 03:04"),
        ("{{ none|day }}{{ none|moment }}{{ none|long_day }}{{ none|number }}", ""),
        ("{{ count|number }}", "12.345.678"),
        ("{{ amount|number }}", "12.345,9"),
        ("{{ year }}", "2021"),
        ("{{ date }} {{ date|date:'SHORT_DATE_FORMAT' }}", "29-12-2020 29-12-2020"),
    ],
)
def test_dutch_formats(source, shown):
    values = {"date": dt.date(2020, 12, 29), "none": None, "count": 12345678, "amount": 12345.9, "year": 2021}
    values["naive"] = dt.datetime(2026, 2, 1, 3, 4)  # noqa: DTZ001 - as a message writes it
    assert render(source, at=SUMMER_NIGHT, **values) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (4300, "4,2 kB"),
        (1024**2, "1,0 MB"),
        (123_417_395, "117,7 MB"),
        (2000 * 1024**4, "2000,0 TB"),
    ],
)
def test_file_size_as_the_wireframes_write_it(size, shown):
    assert render("{{ size|file_size }}", size=size) == shown


@pytest.mark.parametrize(
    ("email", "shown"), [("Support@nextens.nl", "Support@next..."), ("a@kantoor.nl", "a@kantoor.nl")]
)
def test_short_address(email, shown):
    assert render("{{ email|short_address }}", email=email) == shown


def test_field_ties_hint_and_error_to_the_widget():
    html = render("{% field form.name %}", form=Form({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="hint" id="id_name_helptext">Zoals in het register.</p>' in html
    assert 'id="id_name_error"' in html
    assert '<label for="id_name">Naam</label>' in html


def test_group_of_choices_is_a_fieldset():
    html = render("{% field form.kind %}", form=Form({}))
    assert "<legend>Soort</legend>" in html
    assert '<fieldset class="field field-wrong" id="id_kind" aria-describedby="id_kind_error">' in html
    assert '<label for="id_kind_0">A</label>' in html


def test_checkbox_stands_before_its_label():
    html = render("{% field form.active %}", form=Form())
    assert html.index('type="checkbox"') < html.index('<label for="id_active">Actief</label>')


def test_file_field_works_without_javascript():
    html = render("{% field form.file %}", form=Form())
    assert '<label for="id_file">Certificaat</label>' in html
    assert 'for="id_file" data-choose hidden>Selecteer een bestand...</label>' in html


def test_error_summary_links_to_the_fields():
    form = Form({"name": "x"})
    form.add_error(None, "Past niet bij elkaar.")
    html = render("{% error_summary form %}", form=form)
    assert "Er is een probleem" in html
    assert '<a href="#id_kind_0">' in html
    assert '<a href="#id_file">' in html
    assert '<a href="#id_name">Past niet bij elkaar.</a>' in html


def test_error_of_no_field_leads_to_the_first():
    form = Form({"name": "x"}, {})
    form.add_error(None, "Klopt niet.")
    assert '<li><a href="#id_name">Klopt niet.</a></li>' in render("{% error_summary form %}", form=form)
    assert "<li>Klopt niet.</li>" in render("{% error_summary form %}", form=fieldless("Klopt niet."))


def fieldless(message):
    form = forms.Form({})
    form.add_error(None, message)
    return form


@pytest.mark.parametrize("name", ["active", "kind"])
def test_choices_show_that_they_are_wrong(name):
    form = Form({"name": "x"}, {})
    assert "field-wrong" not in render("{% field form.active %}", form=form)
    form.add_error(name, "Kies.")
    assert 'class="field field-wrong"' in render("{% field form." + name + " %}", form=form)


def test_no_errors_no_summary():
    assert render("{% error_summary form %}", form=Form()) == ""
    assert render("{% error_summary form %}") == ""


def test_progress_bar_has_a_name_and_a_figure():
    html = render("{% progress_bar 'upload' 'Uploaden' 47 note='Bezig' %}")
    assert '<progress id="upload" max="100" value="47" aria-labelledby="upload-label">' in html
    assert "47%" in html


def test_progress_bar_of_unknown_length_has_no_value():
    html = render("{% progress_bar 'upload' 'Uploaden' None %}")
    assert "value=" not in html
    assert "%" not in html


def test_pagination_keeps_other_parameters():
    request = RequestFactory().get("/klanten/?q=bak&page=2")
    page = Paginator(range(1200), 50).page(2)
    html = Template("{% load ui %}{% pagination page %}").render(RequestContext(request, {"page": page}))
    assert "51–100 van 1.200" in html  # noqa: RUF001 - as the page shows it
    assert 'rel="prev" href="?q=bak&amp;page=1">&lt; Vorige</a>' in html
    assert 'rel="next" href="?q=bak&amp;page=3">Volgende &gt;</a>' in html


def test_status_is_colour_icon_and_word():
    html = render("{% status_badge 'warning' label %}", label="<Let op>")
    assert html == (
        '<span class="badge badge-warning"><span aria-hidden="true">⚠</span> &lt;Let op&gt;</span>'
    )


def test_wide_table_scrolls_by_keyboard():
    html = render("{% table_region 'list' %}<table></table>{% endtable_region %}")
    assert html == (
        '<div class="table-region" role="region" tabindex="0" aria-labelledby="list"><table></table></div>'
    )


@pytest.mark.parametrize(("file", "budget"), [("css/portal.css", 8_000), ("js/portal.js", 20_000)])
def test_weight(file, budget):
    assert len(gzip.compress(Path("static", file).read_bytes())) <= budget
