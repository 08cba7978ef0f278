"""The operator's records on the case page: what the customer says and what the books say, side by side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, gettext_lazy

from accounts.actors import Actor
from accounts.models import Role
from cases import policies
from cases.models import Case
from cases.records import looking_up
from cases.records.found import Found, Lookup, OfCode, claim_of, found_on, is_connected, source_label
from cases.records.models import Snapshot, TransactionCode
from cases.records.registry import Elsewhere
from cases.workflow import facts
from cskh.core.amounts import money

from .step_forms import StepForm

_State = TransactionCode.State
# What only some kinds of record have, and reads well without its name.
_NAMED = ("game", "market", "odds", "result", "terms", "turnover", "verification", "device", "address", "reason")


class LookUpAgain(StepForm):
    done = gettext_lazy("The records are being looked up again.")

    def take(self) -> None:
        looking_up.look_up_again(self.case, actor=self.actor)


class AddCode(StepForm):
    """A code that somebody reads on a receipt."""

    done = gettext_lazy("The code is being looked up.")
    code = forms.CharField(label=gettext_lazy("Transaction code"), max_length=100)

    def take(self) -> None:
        facts.add_code(self.case, actor=self.actor, code=self.said("code"))


@dataclass(frozen=True)
class Cell:
    """What is said of one thing, and whether it `differs` from what the customer says."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class RecordLine:
    """A row of the books beside the claim."""

    kind: str
    code: str
    amount: Cell
    at: datetime | None
    at_differs: bool
    customer: Cell
    status: str
    more: str
    source: str
    taken_at: datetime
    sha256: str

    @property
    def differs(self) -> bool:
        """Whether anything in it differs from what the customer says."""
        return self.amount.differs or self.at_differs or self.customer.differs


@dataclass(frozen=True)
class CodeLine:
    code: TransactionCode
    records: list[RecordLine]
    nothing_in: str
    silent: str
    elsewhere: Elsewhere
    looked_in: list[Snapshot]
    cut: list[str]

    @property
    def is_waiting(self) -> bool:
        return self.code.state == _State.WAITING


@dataclass(frozen=True)
class RecordsCard:
    """`can_connect` is for those who can set a source up where there is none."""

    claim_amount: str
    claim_at: datetime | None
    claim_customer: str
    codes: list[CodeLine]
    may_ask: bool
    is_connected: bool
    can_connect: bool


def card_of(case: Case, actor: Actor) -> RecordsCard | None:
    """The card, or None where it has nothing to say to this person: no source is connected, and no code stands elsewhere.

    Four queries at most, however many codes and rows there are.
    """
    found, connected = found_on(case, actor), is_connected()
    can_connect = not connected and actor.subject.desk.has(Role.ADMINISTRATOR)
    if not (connected or can_connect or any(one.rows or one.elsewhere.count for one in found)):
        return None
    claim = claim_of(case)
    return RecordsCard(
        claim_amount=money(claim.amount),
        claim_at=claim.at,
        claim_customer=claim.customer,
        codes=[_code_line(one) for one in found],
        may_ask=connected and case.is_open and policies.may_write(actor, case),
        is_connected=connected,
        can_connect=can_connect,
    )


def _code_line(of_code: OfCode) -> CodeLine:
    looked_in = dict.fromkeys(source_label(snapshot.source) for snapshot in of_code.looked_in)
    return CodeLine(
        code=of_code.code,
        records=[record_line(one) for one in of_code.rows],
        nothing_in=", ".join(looked_in) if of_code.is_there is False else "",
        silent=source_label(of_code.code.silent) if of_code.code.state == _State.UNANSWERED else "",
        elsewhere=of_code.elsewhere,
        looked_in=of_code.looked_in,
        cut=cut_in_words(of_code),
    )


def cut_in_words(looked_up: Lookup) -> list[str]:
    """For each source of which only a part was taken, that it is so."""
    return [
        _cut_of(snapshot)
        % {
            "kind": snapshot.get_kind_display(),
            "source": source_label(snapshot.source),
            "shown": number_format(len(snapshot.content)),
            "total": number_format(snapshot.total or 0, force_grouping=True),
        }
        for snapshot in looked_up.cut
    ]


def _cut_of(snapshot: Snapshot) -> str:
    if snapshot.total is None:
        return gettext(
            "%(kind)s, %(source)s: only %(shown)s rows are here, and there are more. What is not among them "
            "may be in the rest."
        )
    return gettext(
        "%(kind)s, %(source)s: only %(shown)s of %(total)s rows are here. What is not among them may be in the rest."
    )


def name_of(snapshot: Snapshot) -> str:
    """A record of ours as people tell it from others like it: what was asked for, of whom, when."""
    at = date_format(timezone.localtime(snapshot.taken_at), "SHORT_DATETIME_FORMAT")
    return f"{snapshot} · {source_label(snapshot.source)} · {at}"


def record_line(found: Found) -> RecordLine:
    row, snapshot = found.row, found.snapshot
    return RecordLine(
        kind=str(snapshot.get_kind_display()),
        code=row.get("code", ""),
        amount=Cell(money(row.get("amount")), "amount" in found.differs),
        at=found.at,
        at_differs="time" in found.differs,
        customer=Cell(row.get("customer", ""), "account" in found.differs),
        status=row.get("status", ""),
        more=_more(row),
        source=source_label(snapshot.source) + (f" ({row['place']})" if row.get("place") else ""),
        taken_at=snapshot.taken_at,
        sha256=snapshot.sha256,
    )


def _more(row: dict[str, Any]) -> str:
    """What else the row tells, on one line."""
    account = gettext("account %(end)s") % {"end": row["account"]} if row.get("account") else ""
    named = [row.get(name, "") for name in _NAMED]
    return " · ".join(str(part) for part in (row.get("bank"), account, *named, row.get("content")) if part)
