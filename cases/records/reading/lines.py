"""One line of a file: a row with its kind, or what is wrong with it. Pure."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import tzinfo
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from cases.records.codes import LONGEST, normalise
from cases.records.models import RecordKind
from cases.records.rows import SHAPES, Row
from cskh.core.text import one_line

from .columns import kind_of
from .values import amount_in, time_in

_MOST_CHARACTERS = 300
_SHOWN_VALUE = 40

WRONG = {
    "amount": _("this is not an amount in whole VND: “%(value)s”"),
    "time": _("this is not a date or time: “%(value)s”"),
    "code": _("the transaction code is missing or too long"),
    "no_customer": _("the customer is missing"),
    "no_amount": _("the amount is missing"),
    "no_time": _("the time is missing"),
    "two_amounts": _("there is an amount in and an amount out in one line"),
    "columns": _("there are fewer columns than the line with the names has"),
    "table": _("this cannot be read as a table: a quotation mark is not closed, or a value is too long"),
    "encoding": _("these characters are neither UTF-8 nor Windows-1258; save the file as CSV UTF-8"),
    "picture": _("this is a picture, not a table; export the data as CSV"),
    "binary": _("this is not a text file but a document or program; export the data as CSV UTF-8"),
    "xml": _("this is not well-formed XML"),
    "doctype": _("a DOCTYPE is not accepted"),
    "currency": _("this is not in VND: “%(value)s”"),
    "header": _("no line with names of columns was found"),
    "nothing": _("there is not a single row in it"),
    "too_long": _("the file has too many lines"),
    "unreadable": _("the file could not be read to its end; hand it in again"),
}


class Wrong(Exception):
    """What is wrong in a line, by its key in WRONG, with the value if it tells something."""

    def __init__(self, key: str, value: str = "") -> None:
        self.key, self.value = key, value
        super().__init__(key, value)

    def as_json(self, line: int) -> dict[str, Any]:
        return {"line": line, "key": self.key, "value": self.value[:_SHOWN_VALUE]}


def in_words(error: Mapping[str, Any]) -> str:
    """An error that was kept, in the reader's language."""
    text = WRONG[error["key"]]
    return gettext(text) % {"value": error["value"]}


# What a line came to: its row, what is wrong with it, or None where it is passed over.
Outcome = tuple[RecordKind, Row] | Wrong | None


def row_of(values: Mapping[str, str], content: str, zone: tzinfo) -> Outcome:
    """The row that these values of fields make; None for a line to be passed over: a sum, a balance, an empty line."""
    try:
        return _row_of(values, content, zone)
    except Wrong as wrong:
        return wrong


def _row_of(values: Mapping[str, str], content: str, zone: tzinfo) -> tuple[RecordKind, Row] | None:
    said = {name: one_line(value) for name, value in values.items()}
    if not any(said.values()):
        return None
    kind = kind_of(content)
    if kind is None and not said.get("at"):
        return None  # headings, balances and sums of a statement have no date
    amount = _amount(said.get("amount", ""))
    if kind is None:
        kind, amount = _direction(said, amount)
        if amount == 0:
            return None
    code = normalise(said.get("code", ""))
    row = {
        "code": code,
        "customer": said.get("customer", "")[:100],
        "amount": None if amount is None else abs(amount),
        "at": _time(said.get("at", ""), said.get("clock", ""), zone),
    }
    shape = SHAPES[kind]
    for field in fields(shape):
        if field.name in said and field.name not in row:
            text = said[field.name]
            row[field.name] = _amount(text) if field.name == "payout" else text[:_MOST_CHARACTERS]
    _require(content, row)
    return kind, shape(**row)


def _direction(said: Mapping[str, str], amount: int | None) -> tuple[RecordKind, int]:
    """What came in is a deposit, what went out a withdrawal."""
    credit, debit = abs(_amount(said.get("credit", "")) or 0), abs(_amount(said.get("debit", "")) or 0)
    if credit and debit:
        raise Wrong("two_amounts")
    signed = credit - debit or amount
    if signed is None:
        if said.get("credit") or said.get("debit"):
            return RecordKind.DEPOSITS, 0
        raise Wrong("no_amount")
    return (RecordKind.DEPOSITS if signed > 0 else RecordKind.WITHDRAWALS), signed


def _require(content: str, row: Mapping[str, Any]) -> None:
    if len(row["code"]) > LONGEST:
        raise Wrong("code")
    if content in ("deposits", "withdrawals", "bets") and not row["code"]:
        raise Wrong("code")
    if content in ("deposits", "withdrawals") and row["amount"] is None:
        raise Wrong("no_amount")
    if content in ("customer", "logins") and not row["customer"]:
        raise Wrong("no_customer")
    if content in ("statement", "logins") and row["at"] is None:
        raise Wrong("no_time")


def _amount(text: str) -> int | None:
    try:
        return amount_in(text)
    except ValueError:
        raise Wrong("amount", text) from None


def _time(text: str, clock: str, zone: tzinfo) -> Any:
    try:
        return time_in(text, clock, zone)
    except ValueError:
        raise Wrong("time", f"{text} {clock}".strip()) from None
