"""Both catalogues are complete, compiled, and keep the placeholders of the source."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("catalogue", ROOT / "locale" / "catalogue.py")
catalogue = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogue)

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
