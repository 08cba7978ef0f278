"""One line of the operator's books, in the same shape wherever it comes from. Amounts are whole VND.

Each kind of record has its own fields beside the common ones; `docs/integration.md` lists them for those who answer us.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from .codes import normalise
from .models import RecordKind

_LONGEST_TEXT = 300
_LONG_NUMBER = re.compile(r"\d{7,}")
_SHOWN = 4  # last characters of what is masked


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every kind of record has. `customer` is the operator's own id of the customer; `place` is where the source has
    it ("statement.csv, line 12")."""

    code: str = ""
    customer: str = ""
    amount: int | None = None
    at: datetime | None = None
    status: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class CustomerRow(Row):
    """The customer as the operator knows them; `at` is since when, `reason` why the account is in its `status`."""

    verification: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentRow(Row):
    """A deposit or a withdrawal: the other side's `bank` and `account`, and what was written on the transfer."""

    bank: str = ""
    account: str = ""
    content: str = ""


@dataclass(frozen=True, kw_only=True)
class BonusRow(Row):
    """A bonus; `code` is the campaign's, `terms` the version that held then, `turnover` how far its condition is met."""

    terms: str = ""
    turnover: str = ""


@dataclass(frozen=True, kw_only=True)
class BetRow(Row):
    """A bet or a game round; `amount` is the stake."""

    game: str = ""
    market: str = ""
    odds: str = ""
    result: str = ""
    payout: int | None = None


@dataclass(frozen=True, kw_only=True)
class LoginRow(Row):
    """A sign-in that was tried; `status` is how it went."""

    device: str = ""
    address: str = ""
    reason: str = ""


SHAPES: dict[RecordKind, type[Row]] = {
    RecordKind.CUSTOMER: CustomerRow,
    RecordKind.DEPOSITS: PaymentRow,
    RecordKind.WITHDRAWALS: PaymentRow,
    RecordKind.BONUSES: BonusRow,
    RecordKind.BETS: BetRow,
    RecordKind.LOGINS: LoginRow,
}
_MONEY = frozenset({"amount", "payout"})


def to_json(row: Row) -> dict[str, Any]:
    """What is known of the row, as it is kept in a snapshot."""
    known = {field.name: getattr(row, field.name) for field in fields(row)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in known.items()
        if value not in ("", None)
    }


def from_json(kind: RecordKind, given: object) -> Row:
    """The row that a program wrote down. What we do not know is left out. Raises ValueError for what is no such row."""
    if not isinstance(given, Mapping):
        raise ValueError("a row is an object")
    shape = SHAPES[kind]
    known = {field.name: given[field.name] for field in fields(shape) if given.get(field.name) not in ("", None)}
    return shape(**{name: _value(name, value) for name, value in known.items()})


def _value(name: str, value: object) -> Any:
    if name in _MONEY:
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 10**15:
            raise ValueError(f"{name}: whole VND")
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{name}: text")
    text = str(value)
    if name == "at":
        at = parse_datetime(text)
        if at is None or at.tzinfo is None:
            raise ValueError("at: a time with its zone")
        return at
    text = "".join(c for c in text if c.isprintable())
    return normalise(text)[:100] if name == "code" else text[:_LONGEST_TEXT]


def masked(row: Mapping[str, Any], known: Collection[str] = ()) -> dict[str, Any]:
    """The row as people and programs are shown it: of accounts and other long numbers only the end, but for `known` codes."""
    own = {*known, row.get("code", "")}
    shown = dict(row)
    if "account" in shown:
        shown["account"] = ending_of(str(shown["account"]))
    for name in ("content", "reason"):
        if name in shown:
            shown[name] = _LONG_NUMBER.sub(lambda m: m[0] if _belongs_to(m, own) else ending_of(m[0]), shown[name])
    return shown


def ending_of(number: str) -> str:
    """ "0123456789" → "••••6789"."""
    bare = "".join(number.split())
    return f"••••{bare[-_SHOWN:]}" if len(bare) > _SHOWN else "••••"


def _belongs_to(number: re.Match[str], codes: Collection[str]) -> bool:
    return any(number[0] in code for code in codes)
