"""What the customer says beside what a record says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.dateparse import parse_datetime

# People write down when they noticed, banks when they booked.
SAME_TIME = timedelta(hours=1)


@dataclass(frozen=True)
class Claim:
    """What the case says happened; what it does not say is compared with nothing."""

    amount: int | None = None
    at: datetime | None = None
    customer: str = ""


def differences(claim: Claim, row: Mapping[str, Any]) -> frozenset[str]:
    """Which of "amount", "time" and "account" the row says otherwise than the claim."""
    at = parse_datetime(str(row.get("at", "")))
    different = {
        "amount": _both(claim.amount, row.get("amount")) and abs(row["amount"]) != claim.amount,
        "time": claim.at is not None and at is not None and abs(at - claim.at) > SAME_TIME,
        "account": _both(claim.customer, row.get("customer")) and _bare(claim.customer) != _bare(row["customer"]),
    }
    return frozenset(name for name, is_so in different.items() if is_so)


def _both(one: object, other: object) -> bool:
    return one not in (None, "") and other not in (None, "")


def _bare(text: str) -> str:
    return text.strip().casefold()
