"""Amounts of money as people write and read them."""

import re
import unicodedata
from decimal import Decimal

from django.utils.formats import number_format

from .text import folded

_SCALES = {"ty": 10**9, "ti": 10**9, "trieu": 10**6, "tr": 10**6, "nghin": 1000, "ngan": 1000, "k": 1000}
_AMOUNT = re.compile(
    r"(?<![\w.,-])(?P<whole>\d{1,3}(?P<mark>[., ])\d{3}(?:(?P=mark)\d{3})*|\d+)(?:[.,](?P<part>\d{1,2}))?"
    rf"\s*(?P<scale>{'|'.join(_SCALES)})?\s*(?P<currency>dong|vnd|d|₫)?(?!\w)"
)
_LEAST_BARE = 1000  # what is less is short for something, 25 for 25 million, unless it is nothing


def amount_of(text: str) -> int | None:
    """The one amount of VND that `text` names, in figures: 2.000.000 · 2,000,000đ · khoảng 25 triệu · 500k · 1,5 tr đồng.

    None where that cannot be said: no figures, another currency, or figures besides it. A number without a unit is an amount
    only where nothing else is written.
    """
    plain = folded(unicodedata.normalize("NFKC", text)).strip()
    found = list(_AMOUNT.finditer(plain))
    if len(found) != 1:
        return None
    amount = found[0]
    besides = plain[: amount.start()] + plain[amount.end() :]
    if any(c.isdigit() for c in besides):
        return None
    whole, scale = re.sub(r"\D", "", amount["whole"]), amount["scale"]
    if scale:
        return int(Decimal(f"{whole}.{amount['part'] or 0}") * _SCALES[scale])
    if amount["part"]:
        return None
    if amount["currency"]:
        return int(whole)
    return int(whole) if not besides and (int(whole) >= _LEAST_BARE or int(whole) == 0) else None


def money(amount: int | None) -> str:
    """Whole dong, in the language in use: 1.250.000 ₫ or 1,250,000 ₫; "" for none."""
    return "" if amount is None else f"{number_format(amount, use_l10n=True, force_grouping=True)} ₫"
