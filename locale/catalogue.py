"""Collects every translatable text and keeps the catalogues, without a system package.

    python locale/catalogue.py          update locale/*/LC_MESSAGES/django.po from the sources, and compile django.mo
    python locale/catalogue.py --open   list what is still to be translated

Texts come from our own code and templates, and from what packages we show leave without Vietnamese.
"""

import io
import re
import sys
from collections.abc import Iterator
from gettext import translation
from importlib.util import find_spec
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("accounts", "cases", "channels_app", "cskh")
LANGUAGES = ("vi", "en")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

# (context or None, msgid, plural or None)
Text = tuple[str | None, str, str | None]


def texts() -> set[Text]:
    """Every translatable text of the product."""
    found: set[Text] = set()
    for name in SOURCES:
        found.update(_in_folder(ROOT / name))
    for path in _OTHERS:
        found.update(text for text in _in_folder(path) if not _said_already(text))
    return found


def _in_folder(folder: Path) -> Iterator[Text]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        if {"migrations", *_UNUSED_PARTS_OF_THE_THEME} & set(path.parts):
            continue
        if path.suffix == ".py":
            yield from _in_python(path.read_bytes())
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            yield from _in_template(path.read_text("utf-8"))


def _package(name: str) -> Path:
    return Path(str(find_spec(name).origin)).parent  # type: ignore[union-attr]


# What staff, customers and programs read that is not ours: the admin theme, and the errors of forms and of REST.
_OTHERS = (
    _package("unfold"),
    _package("django.forms"),
    _package("django.core") / "validators.py",
    *(
        _package("rest_framework") / f"{name}.py"
        for name in ("exceptions", "fields", "relations", "serializers", "validators")
    ),
)
_UNUSED_PARTS_OF_THE_THEME = {"import_export", "guardian", "simple_history", "location_field", "constance"}


def _said_already(text: Text) -> bool:
    """Whether the Vietnamese catalogues of those packages have the text; one with a plural under both its forms at once."""
    _context, msgid, plural = text
    if plural is None:
        return any(catalog.gettext(msgid) != msgid for catalog in _THEIRS)
    return any(catalog.ngettext(msgid, plural, 2) != plural for catalog in _THEIRS)


_THEIRS = [
    translation("django", _package(name) / "locale", ["vi"])
    for name in ("django.conf", "django.contrib.admin", "django.contrib.auth", "rest_framework")
]


def _in_python(source: bytes) -> Iterator[Text]:
    for _line, message, _comments, context in extract("python", io.BytesIO(source), KEYWORDS):
        if isinstance(message, tuple):
            yield context, message[0], message[1]
        else:
            yield context, message, None


_ARGUMENT = re.compile(r"(?<!\w)_\((?:'[^']+'|\"[^\"]+\")\)")  # as in {% include … with title=_("…") %}


def _in_template(source: str) -> Iterator[Text]:
    """Django turns a template into calls that gettext tools understand; what is not a call is blanked out."""
    from django.utils.translation.template import templatize

    made = templatize(source)
    calls = re.findall(r"(?:^|\s)(n?p?gettext\(u?(?:.|\n)*?['\"]\s*(?:,\s*count)?\))", made)
    lines = "\n".join(call.strip() for call in [*calls, *_ARGUMENT.findall(made)])
    yield from _in_python(lines.replace(",count)", ", 1)").encode())


def catalogue(language: str) -> Catalog:
    path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(language, project="CSKH", version="1")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update() -> None:
    for language in LANGUAGES:
        known = catalogue(language)
        fresh = Catalog(language, project="CSKH", version="1", fuzzy=False, revision_date=known.revision_date)
        fresh.header_comment = f"# {language} texts of CSKH."
        for context, msgid, plural in sorted(texts(), key=lambda text: (text[1], text[0] or "")):
            key = (msgid, plural) if plural else msgid
            old = known.get(key if not plural else msgid, context)
            said = old.string if old else ""
            if language == "en":
                said = (msgid, plural) if plural else msgid
            elif plural and not isinstance(said, tuple):
                said = (said,)
            flags = ["python-format"] if re.search(r"%(\(\w+\))?[sd]", msgid) else []
            fresh.add(key, said, flags=flags, context=context)
        folder = ROOT / "locale" / language / "LC_MESSAGES"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "django.po").open("wb") as file:
            write_po(file, fresh, width=120, omit_header=False, no_location=True)
        (folder / "django.mo").write_bytes(compiled(language))


def compiled(language: str) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue(language))
    return file.getvalue()


def untranslated(language: str) -> list[Text]:
    """What has no translation yet, or none of the same kind."""
    known = catalogue(language)
    missing = []
    for context, msgid, plural in sorted(texts(), key=str):
        entry = known.get(msgid, context)
        said = entry.string if entry else ""
        if not (all(said) if isinstance(said, tuple) else said):
            missing.append((context, msgid, plural))
    return missing


if __name__ == "__main__":
    if "--open" in sys.argv:
        for text in untranslated("vi"):
            print(text)
    else:
        update()
        print({language: len(untranslated(language)) for language in LANGUAGES}, "texts to translate")
