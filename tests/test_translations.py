"""Both catalogues are complete, compiled, and keep the placeholders of the source."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.utils.functional import Promise

from cases.models import Case

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("catalogue", ROOT / "locale" / "catalogue.py")
catalogue = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogue)

# Errors whose sentences people read, in their language.
_ERRORS = {"Conflict", "DomainError", "Invalid", "NotPermitted", "NotVisible", "StepNotAllowed", "ValidationError"}
_ERRORS |= {"TooLarge", "UnsupportedType"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_text_is_translated(language):
    assert catalogue.untranslated(language) == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_compiled_catalogue_is_that_of_the_source(language):
    compiled = (ROOT / "locale" / language / "LC_MESSAGES" / "django.mo").read_bytes()
    assert compiled == catalogue.compiled(language)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_translations_keep_their_placeholders(language):
    wrong = []
    for entry in catalogue.catalogue(language):
        sources = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        translations = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wanted = set(_PLACEHOLDER.findall(sources[-1]))
        wrong += [text for text in translations if entry.id and text and set(_PLACEHOLDER.findall(text)) - wanted]
    assert wrong == []


def _untranslated_errors(path):
    """The sentences that errors in this file say as they stand there, without asking the catalogue."""
    for call in ast.walk(ast.parse(path.read_text())):
        if isinstance(call, ast.Call) and _name(call.func) in _ERRORS:
            said = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("errors", "detail"))]
            yield from (f"{path.relative_to(ROOT)}:{call.lineno}: {text}" for part in said for text in _literals(part))


def _literals(node):
    """Constant texts below `node`; not names of fields, nor keys, nor what is passed on to a function such as gettext."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield ast.unparse(node)
    elif isinstance(node, ast.Dict):
        for value in node.values:
            yield from _literals(value)
    elif not isinstance(node, ast.Call | ast.Subscript):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child)


def _name(function):
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_what_errors_say_is_translated():
    assert [line for path in _sources() for line in _untranslated_errors(path)] == []


def _sources():
    return [
        path for package in ("accounts", "cases", "channels_app", "cskh") for path in (ROOT / package).rglob("*.py")
    ]


def test_no_text_to_translate_hides_in_an_f_string():
    """What collects the texts does not look there: the text would be shown as it stands."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(call)}"
        for path in _sources()
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and _name(call.func) in ("_", "gettext", "gettext_lazy", "ngettext", "pgettext")
    ]
    assert hidden == []


def test_every_field_that_the_desk_shows_has_a_name_in_both_languages():
    bare = [
        f"{model.__name__}.{field.name}"
        for model, shown in admin.site._registry.items()
        for field in _shown_fields(model, shown)
        if not isinstance(field.verbose_name, Promise)
    ]
    assert bare == []


def _shown_fields(model, shown):
    """The model's own fields that its list or its form names; of a form that names none, all that can be edited."""
    names = {*shown.list_display, *(shown.fields or ()), *shown.readonly_fields}
    names |= {name for _title, options in shown.fieldsets or () for name in options["fields"]}
    in_form = not (shown.fields or shown.fieldsets or model is Case)  # the page of a case is no form
    for field in model._meta.fields:
        if field.name in names or (in_form and field.editable and not field.primary_key):
            yield field
