"""The chain of custody of one evidence item, to be handed to somebody: as JSON for programs, as PDF for people."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from accounts.actors import Actor, ActorKind
from accounts.models import ApiClient, User
from cskh.core import vault

from . import custody
from .custody_words import actor_in_words, details_in_words, things_of, visible
from .models import CustodyEntry, EvidenceItem

_TEMPLATE = Path(__file__).parent / "custody_report.typ"
Report = dict[str, Any]


@transaction.atomic
def export(item: EvidenceItem, *, actor: Actor, reason: str) -> Report:
    """The whole story of the item, the export itself included. The original is read anew: its hash now stands beside the
    one it came with."""
    now = _hash_now(item)
    custody.note(item, CustodyEntry.Event.EXPORTED, actor=actor, words=reason, after=now)
    entries = list(item.custody_entries.select_related("words", "declared_name").order_by("number"))
    names = _names(entries)
    return {
        "evidence": item.pk,
        "case": item.case.code,
        "brand": settings.BRAND_NAME,
        "file": {
            "name": item.filename,
            "size": item.file.size,
            "content_type": item.file.content_type,
            "sha256": item.file.sha256,
            "sha256_now": now,
        }
        if item.file
        else None,
        "received_at": item.received_at.isoformat(),
        "exported_at": timezone.now().isoformat(),
        "state": item.state,
        "flaws": custody.flaws_of(item),
        "entries": [_entry(entry, names) for entry in entries],
    }


def as_json(report: Report) -> bytes:
    return json.dumps(report, ensure_ascii=False, indent=2).encode()


def as_pdf(report: Report) -> bytes:
    """In the language in use. What stands in the report is data to the template: none of it is read as markup."""
    import typst  # takes its time and memory, for the few who print

    shown = {**report, "language": get_language(), "words": _words(report), "entries": _shown(report["entries"])}
    made = typst.compile(str(_TEMPLATE), format="pdf", sys_inputs={"report": json.dumps(shown, ensure_ascii=False)})
    return bytes(made)


def _hash_now(item: EvidenceItem) -> str:
    """Of the original as it lies in the storage; empty where there is none, or none any more."""
    return vault.hash_now(str(item.file.original.name), sha256=item.file.sha256) if item.file else ""


def _entry(entry: CustodyEntry, names: dict[tuple[str, str], str]) -> Report:
    words, name = getattr(entry, "words", None), getattr(entry, "declared_name", None)
    return {
        "number": entry.number,
        "event": entry.event,
        "actor": {
            "kind": entry.actor_kind,
            "id": entry.actor_id,
            "name": names.get((entry.actor_kind, entry.actor_id), ""),
        },
        "at": entry.at.isoformat(),
        "sha256_before": entry.sha256_before,
        "sha256_after": entry.sha256_after,
        "tool": entry.tool,
        "facts": entry.facts,
        "words": words.text if words else "",
        "declared_name": name.text if name else "",
        "previous_hash": entry.previous_hash,
        "hash": entry.hash,
    }


def _names(entries: Iterable[CustodyEntry]) -> dict[tuple[str, str], str]:
    """Of the people and programs of ours in it; the customer is named by the case."""
    ids: dict[str, set[str]] = {ActorKind.STAFF: set(), ActorKind.INTEGRATION: set()}
    for entry in entries:
        ids.get(entry.actor_kind, set()).add(entry.actor_id)
    return {
        **{(ActorKind.STAFF.value, str(user.pk)): str(user) for user in User.objects.filter(pk__in=ids["staff"])},
        **{
            (ActorKind.INTEGRATION.value, str(one.pk)): one.name
            for one in ApiClient.objects.filter(pk__in=ids["integration"])
        },
    }


def _shown(entries: list[Report]) -> list[Report]:
    """With event, actor, time and details as people read them."""
    things = things_of(entries)
    return [
        {
            **entry,
            "event": str(CustodyEntry.Event(entry["event"]).label),
            "who": actor_in_words(entry["actor"]["kind"], entry["actor"]["name"]),
            "when": _moment(entry["at"]),
            "facts": details_in_words(entry["event"], entry["facts"], things),
            "declared_name": visible(entry["declared_name"]),
        }
        for entry in entries
    ]


def _moment(text: str) -> str:
    at = datetime.fromisoformat(text)
    return f"{date_format(timezone.localtime(at), 'DATE_FORMAT')} {timezone.localtime(at):%H:%M:%S %z}"


def _words(report: Report) -> dict[str, str]:
    file = report["file"] or {}
    if not file:
        state = gettext("This is words, not a file.")
    elif not file["sha256_now"]:
        state = gettext("The original is not in the storage any more.")
    elif file["sha256_now"] == file["sha256"]:
        state = gettext("The original is, to the byte, what came in.")
    else:
        state = gettext("THE ORIGINAL IS NOT WHAT CAME IN.")
    whole = gettext("The chain is whole.") if not report["flaws"] else gettext("THE CHAIN DOES NOT HOLD:")
    return {
        "title": gettext("Chain of custody"),
        "case": gettext("Case"),
        "evidence": gettext("Evidence"),
        "file": gettext("File"),
        "size": gettext("Size (bytes)"),
        "type": gettext("Type by content"),
        "received": gettext("Received"),
        "received_at": _moment(report["received_at"]),
        "exported": gettext("Exported"),
        "exported_at": _moment(report["exported_at"]),
        "item_state": gettext("State"),
        "item_state_now": str(EvidenceItem.State(report["state"]).label),
        "state": state,
        "whole": whole,
        "who": gettext("Who"),
        "when": gettext("When"),
        "tool": gettext("Tool"),
        "before": gettext("SHA-256 before"),
        "after": gettext("SHA-256 after"),
        "reason": gettext("Words"),
        "declared_name": gettext("Name as its sender says"),
        "facts": gettext("Details"),
        "previous": gettext("Hash of the entry before"),
        "hash": gettext("Hash of this entry"),
        "page": gettext("Page"),
    }
