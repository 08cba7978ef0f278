"""Reads: what a case still needs, and what came in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.models import Case, Category
from cases.records.codes import codes_in
from cases.records.models import TransactionCode
from cases.states import OPEN

from .case_file import CaseFile as CaseFile
from .checks import CheckToMake as CheckToMake
from .lines import CLAIM_MAX, Claim, awaits_second, join_alternatives
from .lines import MISSING as MISSING
from .lines import Line as Line
from .models import (
    OF_CHECKS,
    ChecklistItem,
    EvidenceItem,
    EvidenceRequest,
    FactEntry,
    Part,
    RequestedItem,
    StoredFile,
)

State = RequestedItem.State


def entries_of(case: Case) -> QuerySet[ChecklistItem]:
    """Everything on the checklist of the case: that of its category, in the version it was classified under."""
    return ChecklistItem.objects.filter(checklist__category=case.category, checklist__number=case.checklist_number)


def needed_by(case: Case, first_words: str = "") -> CaseFile:
    """What the case needs by its category: all there is to say of a case that was just opened with these `first_words`, in
    which a code may be claimed already. At most one query."""
    if case.category_id is None:
        return CaseFile(round=case.round)
    entries = list(entries_of(case))
    lines = [Line.of_entry(entry, case) for entry in entries if entry.is_asked_of_customers]
    join_alternatives(lines)
    if said := codes_in(first_words):
        for line in lines:
            if line.takes_noted_codes:
                line.noted = Claim(_as_claim(said))
    return CaseFile(
        lines=lines,
        records=[entry for entry in entries if entry.part == Part.RECORD],
        checks=[CheckToMake(entry) for entry in entries if entry.part == Part.CHECK],
        round=case.round,
    )


def _claim_noted_codes(file: CaseFile, case: Case, items: Iterable[EvidenceItem] = ()) -> None:
    """The codes somebody wrote in a message or a text, or read on a receipt, are what is said of the transaction where the
    case's details name none; no longer where the text was rejected."""
    lines = [line for line in file.facts if line.takes_noted_codes]
    if not lines:
        return
    came = {item.pk: item for item in items}
    origin = TransactionCode.Origin
    noted: list[_Noted] = []
    for code in TransactionCode.objects.filter(case=case):
        item = came.get(code.origin_id or 0) if code.origin == origin.EVIDENCE else None
        if item is None or item.state != EvidenceItem.State.REJECTED:
            noted.append((code, item))
    for line in lines:
        if answers := _since_asked_anew(line, noted):
            last, item = answers[-1]
            line.noted = Claim(
                _as_claim(code.code for code, _item in answers),
                item=item,
                message=last.origin_id if last.origin == origin.MESSAGE else None,
                noted_at=answers[0][0].noted_at,
            )


_TRIED_AGAIN_AFTER = timedelta(minutes=10)

_Noted = tuple[TransactionCode, EvidenceItem | None]


def _since_asked_anew(line: Line, noted: list[_Noted]) -> list[_Noted]:
    """Once something was found, only what is written after it was asked for anew says something else."""
    if not line.findings:
        return noted
    asked_at = line.asked[-1].request.asked_at if line.asked else None
    if asked_at is None or asked_at < line.findings[-1].at:
        return []
    return [(code, item) for code, item in noted if code.noted_at >= asked_at]


def _as_claim(codes: Iterable[str]) -> str:
    return ", ".join(codes)[:CLAIM_MAX]


def checklist_of(case: Case) -> list[Line]:
    """What the case needs by its category, then what else was asked for. At most six queries, however much there is."""
    return file_of(case).lines


def file_of(case: Case) -> CaseFile:
    """Everything about the evidence and the facts of a case. At most six queries, however much there is; one more where a
    finding of an earlier checklist still awaits its second person."""
    file = needed_by(case)
    said = list(_said_of(case))
    file.lines += _still_awaiting(file, case, said)
    for requested in (
        RequestedItem.objects.filter(request__case=case).select_related("request", "checklist_item").order_by("pk")
    ):
        line = next((line for line in file.lines if line.answers_to(requested.name, requested.checklist_item)), None)
        if line is None:
            line = Line.of_asked(requested)
            file.lines.append(line)
        line.asked.append(requested)
    join_alternatives(file.lines)
    by_request = {requested.pk: line for line in file.lines for requested in line.asked}
    by_slug = {line.slug: line for line in file.lines if line.slug}
    items = list(case.evidence.select_related("file", "checklist_item").prefetch_related("checks"))
    for item in items:
        entry = item.checklist_item
        line = by_request.get(item.requested_item_id or 0) or by_slug.get(entry.slug if entry else "")
        (line.items if line else file.others).append(item)
    _add_what_was_said(file, said, items)
    _claim_noted_codes(file, case, items)
    return file


def gates_left_behind(case: Case, category: Category) -> list[str]:
    """What nothing is decided past now, and would be by the checklist of `category`: facts, then checks, by their names.

    A case that was filed in the wrong place, and about whose gate nobody has said or asked anything yet, leaves none behind
    where there is one as good: for a fact that must be verified another such fact, for a check any.
    """
    file = file_of(case)
    entries = list(
        ChecklistItem.objects.filter(checklist__category=category, checklist__number=category.checklist_number)
    )
    listed = {(entry.part, entry.slug): entry for entry in entries}

    has_gate = any(entry.stops_decisions for entry in entries)
    has_fact = any(entry.stops_decisions and entry.part == Part.FACT for entry in entries)

    def is_kept(line: Line) -> bool:
        entry = listed.get((Part.FACT, line.slug))
        return entry is not None and (entry.must_be_verified or line.is_unconfirmed)

    def is_still_mandatory(check: CheckToMake) -> bool:
        entry = listed.get((Part.CHECK, check.entry.slug))
        return entry is not None and entry.is_mandatory

    facts = [line for line in file.undecided if not (has_fact and line.was_never_asked)]
    checks = [check for check in file.unmade if not (has_gate and not check.said)]
    left = [line.name for line in facts if not is_kept(line)]
    return left + [check.entry.name for check in checks if not is_still_mandatory(check)]


def _still_awaiting(file: CaseFile, case: Case, said: Iterable[FactEntry]) -> list[Line]:
    """Facts of an earlier checklist whose finding awaits its second person: neither classifying again nor a new claim does away
    with that."""
    last = {one.slug: one for one in said if one.kind not in OF_CHECKS and one.kind != FactEntry.Kind.CLAIMED}
    listed = {line.slug for line in file.lines}
    awaiting = [slug for slug, one in last.items() if slug not in listed and awaits_second(one)]
    if not awaiting:
        return []
    entries = ChecklistItem.objects.filter(slug__in=awaiting, part=Part.FACT)
    lines = [Line.of_entry(entry, case) for entry in entries.order_by("slug", "-pk").distinct("slug")]
    for line in lines:
        line.mandatory, line.either_of = False, ""
    return lines


def _add_what_was_said(file: CaseFile, said_of_case: Iterable[FactEntry], items: list[EvidenceItem]) -> None:
    """To each fact and each check what people said of it; the record of ours that it rests on is known by its name."""
    lines = {line.slug: line for line in file.lines if line.slug}
    checks = {check.entry.slug: check for check in file.checks}
    for said in said_of_case:
        if said.kind in OF_CHECKS:
            if said.slug in checks:
                checks[said.slug].said.append(said)
        elif said.slug in lines:
            lines[said.slug].said.append(said)
            lines[said.slug].rejected_since = _rejected_since(said, items)
            lines[said.slug].rests_on_nothing = _rests_on_nothing(said)


def _said_of(case: Case) -> QuerySet[FactEntry]:
    """What was said and found about facts and checks, each with the evidence it names that is rejected now (`rejected`), and
    whether it names some that is not (`stands`)."""
    named = FactEntry.evidence.through.objects.filter(factentry=OuterRef("pk"))
    of_no_use = Q(evidenceitem__state=EvidenceItem.State.REJECTED)
    rejected, stands = named.filter(of_no_use).values("evidenceitem"), Exists(named.exclude(of_no_use))
    entries = FactEntry.objects.filter(case=case).select_related("snapshot").defer("snapshot__content")
    return entries.annotate(rejected=ArraySubquery(rejected), stands=stands).order_by("pk")


def _rejected_since(said: FactEntry, items: list[EvidenceItem]) -> list[EvidenceItem]:
    """What it was confirmed with and was rejected then. That a file did not show what the customer says needs no such file."""
    if said.kind != FactEntry.Kind.CORROBORATED:
        return []
    return [item for item in items if item.pk in said.rejected]  # type: ignore[attr-defined]


def _rests_on_nothing(said: FactEntry) -> bool:
    """Whether it was confirmed with evidence alone, and all of that was rejected then."""
    names_more = said.snapshot_id is not None or said.statement or said.stands  # type: ignore[attr-defined]
    return said.kind == FactEntry.Kind.CORROBORATED and bool(said.rejected) and not names_more  # type: ignore[attr-defined]


def open_request(case: Case) -> EvidenceRequest | None:
    """What the customer is being asked for now."""
    return EvidenceRequest.objects.filter(case=case, ended_at__isnull=True).first()


def still_missing(request: EvidenceRequest, file: CaseFile | None = None) -> QuerySet[RequestedItem]:
    """What the request still waits for: what did not come, and what came and was of no use.

    Where one of several things suffices and is there, whenever it came, the others are waited for no longer, unless they
    were asked for besides. `file` where the caller has read that of the case.
    """
    lines = (file or file_of(request.case)).lines
    covered = [asked.pk for line in lines if line.is_covered for asked in line.asked if not asked.is_besides]
    return request.items.filter(state__in=(State.REQUESTED, State.REJECTED)).exclude(pk__in=covered).order_by("pk")


def cases_with(file: StoredFile) -> list[int]:
    """Ids of the cases it came in on."""
    return list(EvidenceItem.objects.filter(file=file).values_list("case_id", flat=True).distinct())


def unexamined(before: datetime, limit: int) -> QuerySet[StoredFile]:
    """Files that came before then and still wait for the scanner, to be looked into or for their preview, or were refused
    while nobody was told; what was tried last comes last. One at which the decoder ended is left alone for a while."""
    soundness = StoredFile.Soundness
    untold = EvidenceItem.objects.filter(
        file=OuterRef("pk"), state=EvidenceItem.State.RECEIVED, case__status__in=sorted(OPEN)
    )
    waiting = Q(preview_state=StoredFile.PreviewState.WAITING)
    waiting |= Q(soundness=soundness.WAITING) & ~Q(scan_state=StoredFile.ScanState.INFECTED)
    waiting |= Q(Exists(untold), soundness=soundness.REFUSED)
    if settings.CLAMD:
        waiting |= Q(scan_state__in=(StoredFile.ScanState.OFF, StoredFile.ScanState.WAITING))
    just_failed = Q(
        failed_tries__gt=0, scan_tried_at__gt=timezone.now() - _TRIED_AGAIN_AFTER, soundness=soundness.WAITING
    )
    files = StoredFile.objects.filter(waiting, created_at__lt=before).exclude(just_failed)
    return files.order_by(F("scan_tried_at").asc(nulls_first=True), "created_at")[:limit]
