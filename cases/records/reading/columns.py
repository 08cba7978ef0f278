"""Which column of a table holds what: guessed from its name, as banks and programs call it. Pure."""

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from cases.records.models import RecordFile, RecordKind
from cskh.core.text import folded

_Content = RecordFile.Content
Columns = dict[str, int]

# What a column may hold, and what people call it.
LABELS = {
    "code": _("transaction code"),
    "customer": _("customer id"),
    "at": _("date, or date and time"),
    "clock": _("time of day, where it stands apart"),
    "amount": _("amount"),
    "credit": _("amount in (credit)"),
    "debit": _("amount out (debit)"),
    "status": _("status"),
    "bank": _("bank of the other side"),
    "account": _("account of the other side"),
    "content": _("transfer content"),
    "verification": _("verification"),
    "reason": _("reason"),
    "terms": _("version of the terms"),
    "turnover": _("turnover so far"),
    "game": _("event or game"),
    "market": _("market"),
    "odds": _("odds"),
    "result": _("result"),
    "payout": _("payout"),
    "device": _("device"),
    "address": _("network address"),
}
_NAMES = {
    "code": "ma giao dich, ma gd, so tham chieu, ma tham chieu, so but toan, so giao dich, so gd, so ct, so chung tu, ma lenh, "
    "ma but toan, ma cuoc, ma phieu, ma khuyen mai, transaction id, transaction code, transaction no, trans no, trans id, "
    "reference, reference no, reference number, ref, ref no, ref number, tnx id, trace, trace no, bet id, campaign, code, doc no",
    "customer": "ma khach hang, ma kh, khach hang, customer, customer id, user id, user, username, ten dang nhap, member, player",
    "at": "ngay giao dich, ngay gd, thoi gian giao dich, thoi gian, ngay gio, ngay, ngay hach toan, ngay hieu luc, "
    "transaction date, trans date, txn date, tnx date, date, datetime, date time, posting date, value date, effective date, at, "
    "created at, ngay mo, ngay dang ky",
    "clock": "gio, gio giao dich, gio gd, time, transaction time, trans time",
    "amount": "so tien, so tien giao dich, so tien gd, gia tri, amount, transaction amount, tien cuoc, stake, amount vnd",
    "credit": "ghi co, so tien ghi co, phat sinh co, ps co, so phat sinh co, co, credit, credit amount, amount credit, money in",
    "debit": "ghi no, so tien ghi no, phat sinh no, ps no, so phat sinh no, no, debit, debit amount, amount debit, money out",
    "status": "trang thai, tinh trang, status, state",
    "bank": "ngan hang, ngan hang doi ung, ngan hang doi tac, bank, offset bank, remitter bank",
    "account": "tai khoan doi ung, tk doi ung, so tai khoan doi ung, so tai khoan, so tk, tai khoan, account, account no, "
    "account number, counter account, offset account, remitter account, beneficiary account",
    "content": "noi dung, noi dung giao dich, noi dung chi tiet, dien giai, mo ta, chi tiet, description, details, detail, "
    "transactions in detail, transaction detail, remark, remarks, narrative, content",
    "verification": "xac minh, verification, kyc",
    "reason": "ly do, reason",
    "terms": "dieu khoan, phien ban dieu khoan, terms, terms version",
    "turnover": "vong cuoc, doanh thu cuoc, turnover, wagering",
    "game": "tran dau, su kien, tro choi, event, game, match",
    "market": "keo, loai cuoc, market",
    "odds": "ty le, ty le cuoc, odds",
    "result": "ket qua, result",
    "payout": "tien thang, tra thuong, payout, winnings",
    "device": "thiet bi, device",
    "address": "ip, dia chi ip, ip address, address",
}
_FIELD_OF = {name.strip(): field for field, names in _NAMES.items() for name in names.split(",")}
_PARTS = re.compile(r"[/\n(\[|]")
_PLAIN = re.compile(r"[^a-z0-9 ]+")

_PAYMENT = ("code", "customer", "at", "clock", "amount", "status", "bank", "account", "content")
FIELDS: dict[str, tuple[str, ...]] = {
    _Content.STATEMENT: ("code", "at", "clock", "credit", "debit", "amount", "bank", "account", "content", "customer"),
    _Content.CUSTOMER: ("customer", "at", "clock", "status", "verification", "reason"),
    _Content.DEPOSITS: _PAYMENT,
    _Content.WITHDRAWALS: _PAYMENT,
    _Content.BONUSES: ("code", "customer", "at", "clock", "amount", "status", "terms", "turnover"),
    _Content.BETS: (
        *("code", "customer", "at", "clock", "amount", "status"),
        *("game", "market", "odds", "result", "payout"),
    ),
    _Content.LOGINS: ("customer", "at", "clock", "status", "device", "address", "reason"),
}
# At least one field of each of these groups has a column.
_WANTED: dict[str, tuple[tuple[str, ...], ...]] = {
    _Content.STATEMENT: (("at",), ("credit", "debit", "amount"), ("code", "content")),
    _Content.CUSTOMER: (("customer",),),
    _Content.DEPOSITS: (("code",), ("amount",)),
    _Content.WITHDRAWALS: (("code",), ("amount",)),
    _Content.BONUSES: (("customer", "code"),),
    _Content.BETS: (("code",),),
    _Content.LOGINS: (("customer",), ("at",)),
}


def guess(header: Sequence[str], content: str) -> Columns:
    """Field → number of the column whose name says it; the first of each."""
    found: Columns = {}
    for number, name in enumerate(header):
        for part in _PARTS.split(name):
            field = _FIELD_OF.get(" ".join(_PLAIN.sub(" ", folded(part)).split()))
            if field in FIELDS[content] and field not in found:
                found[field] = number
                break
    return found


def missing(columns: Mapping[str, int], content: str) -> list[str]:
    """What the content cannot do without and has no column, in words."""
    groups = [group for group in _WANTED[content] if not any(field in columns for field in group)]
    return [" / ".join(str(LABELS[field]) for field in group) for group in groups]


def kind_of(content: str) -> RecordKind | None:
    """The kind of each row; None where each says it itself (what came in is a deposit, what went out a withdrawal)."""
    return None if content == _Content.STATEMENT else RecordKind(content)
