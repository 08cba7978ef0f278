"""Records that the checklist wants looked up for the customer: pulled by a press, then read beside what came in."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext, gettext_lazy

from accounts.actors import Actor
from cases import policies
from cases.evidence.models import ChecklistItem
from cases.evidence.queries import needed_by
from cases.models import Case
from cases.records import pulling
from cases.records.found import OfPull, is_connected, pulled_on, source_label
from cases.records.models import Pull, RecordKind, Snapshot

from .records_card import RecordLine, cut_in_words, record_line
from .step_forms import StepForm

_MOST_ROWS = 20
_State = Pull.State


class PullRecords(StepForm):
    """Only what the checklist of the case names: nobody reads a customer's sign-ins for a deposit."""

    done = gettext_lazy("The records are being looked up.")
    kind = forms.ChoiceField(label=gettext_lazy("Record"), choices=RecordKind.choices, widget=forms.HiddenInput)

    def clean_kind(self) -> RecordKind:
        kind = self.cleaned_data["kind"]
        if all(entry.record != kind for entry in needed_by(self.case).records):
            raise forms.ValidationError(gettext("The checklist of the case does not name this record."))
        return RecordKind(kind)

    def take(self) -> None:
        pulling.pull(self.case, self.cleaned_data["kind"], actor=self.actor)


@dataclass(frozen=True)
class ToPull:
    """An entry of the checklist, and what was found for it: the newest rows, and how many more there are.

    `why_not` says in words why it cannot be pulled; both that and `may_pull` are empty for those who only read.
    """

    entry: ChecklistItem
    pull: Pull | None
    records: list[RecordLine]
    more: int
    looked_in: list[Snapshot]
    cut: list[str]
    nothing_in: str
    silent: str
    may_pull: bool
    why_not: str

    @property
    def is_waiting(self) -> bool:
        return self.pull is not None and self.pull.state == _State.WAITING


def to_pull(entries: Iterable[ChecklistItem], case: Case, actor: Actor) -> list[ToPull]:
    """Three queries at most, however many entries and rows there are."""
    wanted = list(entries)
    if not wanted:
        return []
    found, works_on_it = pulled_on(case), case.is_open and policies.may_write(actor, case)
    why_not = _why_not(case) if works_on_it else ""
    return [
        _to_pull(entry, found.get(entry.record), may_ask=works_on_it, why_not=why_not)
        if entry.record
        else _to_pull(entry, None, may_ask=works_on_it, why_not=gettext("Look this up by hand."))
        for entry in wanted
    ]


def _why_not(case: Case) -> str:
    if not case.customer.external_id:
        return pulling.no_customer()
    return "" if is_connected() else gettext("No records are connected.")


def _to_pull(entry: ChecklistItem, found: OfPull | None, *, may_ask: bool, why_not: str) -> ToPull:
    rows = found.rows if found else []
    pull = found.pull if found else None
    looked_in = found.looked_in if found else []
    is_empty = found is not None and found.is_there is False
    return ToPull(
        entry=entry,
        pull=pull,
        records=[record_line(one) for one in rows[:_MOST_ROWS]],
        more=len(rows[_MOST_ROWS:]),
        looked_in=looked_in,
        cut=cut_in_words(found) if found else [],
        nothing_in=", ".join(dict.fromkeys(source_label(one.source) for one in looked_in)) if is_empty else "",
        silent=source_label(pull.silent) if pull is not None and pull.state == _State.UNANSWERED else "",
        may_pull=may_ask and not why_not,
        why_not=why_not if may_ask else "",
    )
