"""What an official response says, in the customer's language: composed of what was put down, then laid out for reading.

Only what was written for the customer goes in: their own words, the findings in plain words, reasons, clauses, remedies, and
what was looked at by name. Notes, accounts of colleagues, free words on sources and names of staff stay inside.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.actors import ActorKind
from cases.evidence.models import EvidenceItem, FactEntry
from cases.evidence.names import short_name
from cases.evidence.queries import entries_of
from cases.records.models import Snapshot
from cskh.core.text import one_line

from .ladder import Level, external_route
from .models import Outcome, PolicyClause, Remedy
from .standing import ComplaintFile, IssueFile

Content = dict[str, Any]
FORM = 1  # of the content, should it ever be kept otherwise
_SAID_MAX = 1500
_OURS = frozenset({ActorKind.STAFF.value, ActorKind.SYSTEM.value})
_RESULTS = {
    FactEntry.Kind.CORROBORATED.value: gettext_lazy("confirmed"),
    FactEntry.Kind.CONTRADICTED.value: gettext_lazy("not confirmed as you told us"),
    FactEntry.Kind.UNABLE.value: gettext_lazy("could not be verified"),
}


def compose(file: ComplaintFile, level: Level, *, number: str, issued_on: date) -> Content:
    """The first version of the response to the complaint as it stands, in the language in use."""
    case = file.complaint.case
    facts = {entry.slug: entry.name for entry in entries_of(case)}
    recourse = file.recourse
    return {
        "form": FORM,
        "number": number,
        "version": 1,
        "correction": None,
        "issued_on": issued_on.isoformat(),
        "language": get_language(),
        "brand": settings.BRAND_NAME,
        "signed_by": _in_use(settings.RESPONSE_SIGNED_BY),
        "case": case.code,
        "to": case.customer.name or "",
        "registered_on": timezone.localdate(file.complaint.registered_at).isoformat(),
        "level": level.number,
        "levels": level.of,
        "is_final": level.is_final,
        "issues": [_issue(one, facts) for one in file.issues],
        "next_level": recourse.next_level if recourse else "",
        "respond_by": recourse.respond_by.isoformat() if recourse else None,
        "external_route": external_route() if level.is_final else "",
    }


def remedies_of(one: IssueFile) -> tuple[list[dict[str, str]], str]:
    """What is done about the issue and by when, or else why nothing is: the one place where a response reads remedies."""
    decision = one.decision
    because = decision.no_remedy_because if decision else ""
    return [_promise(remedy) for remedy in one.standing_remedies], because


def _promise(remedy: Remedy) -> dict[str, str]:
    """`why` are the words written for the customer; `to` is masked."""
    to = f"{remedy.get_destination_kind_display()} {remedy.destination}".strip() if remedy.destination_kind else ""
    return {"what": str(remedy), "why": remedy.reason, "to": to, "by": remedy.due_on.isoformat()}


def _issue(one: IssueFile, facts: Mapping[str, str]) -> Content:
    decision, finding = one.decision, one.finding
    remedies, because = remedies_of(one)
    return {
        "number": one.issue.number,
        "said": _shortened(one.customers.text) if one.customers else "",
        "evidence": list(dict.fromkeys(_looked_at(one, facts))),
        "found": finding.plain if finding else "",
        "our_fault": one.link.said if one.link else "",
        "outcome": decision.outcome if decision else "",
        "reason": decision.reason if decision else "",
        "clause": _clause(decision.clause) if decision and decision.clause else None,
        "remedies": remedies,
        "no_remedy_because": because,
    }


def _shortened(text: str) -> str:
    return text if len(text) <= _SAID_MAX else f"{text[:_SAID_MAX].rsplit(None, 1)[0]} […]"


def _looked_at(one: IssueFile, facts: Mapping[str, str]) -> Iterator[str]:
    """What the finding rests on, by names that customers know."""
    finding = one.finding
    if finding is None:
        return
    yield from map(_item, finding.evidence.all())
    for entry in finding.facts.all():
        name = facts.get(entry.slug, _("What you told us"))
        yield f"{name}: {_RESULTS.get(entry.kind, '')}"
    yield from map(_record, finding.snapshots.all())
    if finding.other_source:  # a note among colleagues
        yield _("Other records of ours")


def _item(item: EvidenceItem) -> str:
    """What customers sent, through an app too, they know by its name; what we added, by what it is for."""
    thing = str(item.requested_item or item.checklist_item or "")
    if item.sender_kind in _OURS:
        return thing or _("A document from our own file")
    name = short_name(item.filename) if item.file_id else one_line(item.text)[:60]
    return f"{thing} ({name})" if thing else name


def _record(snapshot: Snapshot) -> str:
    """What was read of our books, without the codes it was asked by."""
    day = _day(timezone.localdate(snapshot.taken_at).isoformat())
    return _("Our records: %(record)s, as of %(day)s") % {"record": snapshot.get_kind_display(), "day": day}


def _clause(clause: PolicyClause) -> Content:
    return {"number": clause.number, "version": clause.version, "title": clause.title}


def laid_out(said: Content) -> Content:
    """The response as it is read, line by line, in its own language: what HTML and print show alike."""
    with translation.override(said["language"]):
        return _laid_out(said)


def _laid_out(said: Content) -> Content:
    level = Level(said["level"], said["is_final"])
    return {
        "language": said["language"],
        "brand": said["brand"],
        "title": _("Final response to your complaint") if level.is_final else _("Response to your complaint"),
        "number": said["number"],
        "version": _("version %(number)d") % {"number": said["version"]},
        "about": [
            (_("Request"), said["case"]),
            *([(_("Addressed to"), said["to"])] if said["to"] else []),
            (_("Date"), _day(said["issued_on"])),
            (_("Level"), _("final response") if level.is_final else str(level)),
        ],
        "correction": _correction(said),
        "opening": _("We received your complaint on %(day)s. This is what we looked into, found and decided.")
        % {"day": _day(said["registered_on"])},
        "issues": [_issue_laid_out(one, several=len(said["issues"]) > 1) for one in said["issues"]],
        "closing": list(_closing(said, level)),
        "signed": [said["signed_by"], said["brand"]],
        "page": _("Page"),
    }


def _issue_laid_out(one: Content, *, several: bool) -> Content:
    title = _("Issue %(number)d") % {"number": one["number"]} if several else _("Your complaint")
    lines = [
        _line(_("What you told us"), one["said"]),
        _line(_("What we looked at"), items=one["evidence"]),
        _line(_("What we found"), one["found"]),
        _line(_("Whose fault it was"), _our_fault(one)),
        _line(_("Decision"), capfirst(str(Outcome(one["outcome"]).label)) if one["outcome"] else ""),
        _line(_("Reason"), one["reason"]),
        _line(_("By our policy"), _clause_laid_out(one["clause"])),
        _line(_("What we do about it"), items=[_remedy(remedy) for remedy in one["remedies"]]),
        _line(_("Why nothing is done"), one["no_remedy_because"]),
    ]
    return {"title": title, "lines": [line for line in lines if line["text"] or line["items"]]}


def _our_fault(one: Content) -> str:
    """That it was ours, in plain words; earlier responses say nothing of it."""
    said = one.get("our_fault", "")
    return (
        "\n".join([_("It was a fault of our own system. You did nothing wrong, and we are sorry."), said])
        if said
        else ""
    )


def _line(label: str, text: str = "", items: Sequence[str] = ()) -> Content:
    return {"label": label, "text": text, "items": list(items)}


def _clause_laid_out(clause: Content | None) -> str:
    if clause is None:
        return ""
    return _("Clause %(number)d, “%(title)s”, version %(version)d, which was in force when it happened") % clause


def _remedy(remedy: Mapping[str, str]) -> str:
    """What, by when; then where it goes, and the words on it (earlier responses have neither)."""
    what = capfirst(remedy["what"])
    if remedy["by"]:
        what = _("%(what)s – by %(day)s") % {"what": what.rstrip("."), "day": _day(remedy["by"])}
    to = _("Goes to: %(to)s") % remedy if remedy.get("to") else ""
    return "\n".join(filter(None, [what, to, remedy.get("why", "")]))


def _correction(said: Content) -> str:
    if not said["correction"]:
        return ""
    return _("This version takes the place of version %(replaces)d. Why: %(reason)s") % said["correction"]


def _closing(said: Content, level: Level) -> Iterator[tuple[str, list[str]]]:
    """How to go on: agree, or not, by when, and where else to turn."""
    if level.is_final:
        turn = [said["external_route"], said["next_level"]]
        yield _("If you do not agree"), list(dict.fromkeys(filter(None, turn)))
        yield (
            _("After this response"),
            [_("We take the matter up again only if there are new facts. Tell us then what is new.")],
        )
        return
    yield _("If you agree"), [_("Say so on the page of your request, or by replying; then the request is closed.")]
    next_step = _("Next: %(step)s.") % {"step": level.next}
    by = _("Please tell us by %(day)s.") % {"day": _day(said["respond_by"])} if said["respond_by"] else ""
    yield _("If you do not agree"), list(filter(None, [said["next_level"], next_step, by]))


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso), "SHORT_DATE_FORMAT")


def _in_use(texts: Mapping[str, str]) -> str:
    language = (get_language() or "").split("-")[0]
    return texts.get(language) or texts["vi"]
