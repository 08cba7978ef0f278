"""What an entry of a chain of custody says, as people read it: who, and the details with their labels."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import ActorKind
from cases.states import Channel

from .models import ChecklistItem, CustodyEntry, FactEntry, RequestedItem, StoredFile

Things = dict[tuple[str, int], str]

_ACTORS = {
    ActorKind.STAFF.value: _("Member of staff"),
    ActorKind.CUSTOMER.value: _("Customer"),
    ActorKind.INTEGRATION.value: _("Connected program"),
    ActorKind.SYSTEM.value: _("Automatic"),
}
_LABELS = {
    "channel": _("Channel"),
    "size": _("Size (bytes)"),
    "content_type": _("Type by content"),
    "declared_type": _("Type as its sender says"),
    "address_hash": _("Network address (keyed hash)"),
    "result": _("Result"),
    "pages": _("SHA-256 of each page"),
    "parameters": _("How it was made"),
    "fact": _("fact"),
    "finding": _("Number of the finding"),
    "check": _("Number of the check"),
    "requested_item": _("Answers what was asked"),
    "checklist_item": _("Filed as"),
}
_PARAMETERS = {
    "side": _("longest side (pixels)"),
    "quality": _("quality"),
    "most_pages": _("pages at most"),
    "most_pixels": _("pixels at most"),
}
_RESULTS: dict[str, Mapping[str, Any]] = {
    CustodyEntry.Event.SCANNED.value: dict(StoredFile.ScanState.choices),
    CustodyEntry.Event.DERIVED.value: dict(StoredFile.PreviewState.choices),
    CustodyEntry.Event.CITED.value: dict(FactEntry.Kind.choices),
}
_NAMED = {"requested_item": RequestedItem, "checklist_item": ChecklistItem}
_UNSAID = frozenset({"words", "declared_name"})  # only their hashes; the texts themselves stand beside


def actor_in_words(kind: str, name: str) -> str:
    return name or str(_ACTORS[kind])


def visible(name: str) -> str:
    """A name with what nobody sees in it spelled out: a mark that turns the direction makes "exe.gpj" read "jpg.exe"."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)


def things_of(entries: Iterable[Mapping[str, Any]]) -> Things:
    """The names of what the entries point at by its id. One query for each kind that occurs."""
    found: Things = {}
    all_facts = [entry["facts"] for entry in entries]
    for fact, model in _NAMED.items():
        ids = {facts[fact] for facts in all_facts if facts.get(fact)}
        found |= {(fact, row.pk): str(row) for row in model._default_manager.filter(pk__in=ids)} if ids else {}
    return found


def details_in_words(event: str, facts: Mapping[str, Any], things: Things) -> str:
    """All facts that say something, each with its label; one that is unknown here stands for itself."""
    said = ((name, value) for name, value in facts.items() if name not in _UNSAID and value not in (None, "", [], {}))
    return "; ".join(f"{_LABELS.get(name, name)}: {_value(event, name, value, things)}" for name, value in said)


def _value(event: str, name: str, value: Any, things: Things) -> str:
    if name == "channel":
        return str(dict(Channel.choices).get(value, value))
    if name == "result":
        return str(_RESULTS.get(event, {}).get(value, value))
    if name in _NAMED:
        return things.get((name, value)) or gettext("number %(number)s") % {"number": value}
    if name == "parameters":
        return ", ".join(f"{_PARAMETERS.get(key, key)} {one}" for key, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
