"""The texts stay as they are written: no word of Django's or allauth's own Dutch takes the place of ours."""

import ast
from pathlib import Path

from django.utils.translation import gettext

MARKS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}


def marked_texts():
    for folder in ("portal", "certificates", "migrations_app"):
        for file in Path(folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                    yield from ((file, arg.value) for arg in node.args[:2] if isinstance(arg, ast.Constant))


def test_no_text_is_replaced_by_a_translation():
    texts = list(marked_texts())
    assert len(texts) > 50
    assert [
        (str(file), text) for file, text in texts if isinstance(text, str) and gettext(text) != text
    ] == []


def test_sizes_are_written_in_one_way_only():
    """Django's filesizeformat says KB: `file_size` of portal.ui stands for it."""
    files = [
        *(
            each
            for folder in ("portal", "certificates", "migrations_app")
            for each in Path(folder).rglob("*.py")
        ),
        *Path("templates").rglob("*.html"),
        *Path("templates").rglob("*.txt"),
    ]
    assert len(files) > 100
    assert [str(each) for each in files if "filesizeformat" in each.read_text(encoding="utf-8")] == []
