"""What a telephone exchange reports about a call, in one form: checked when it arrives, kept raw as JSON, read again from there."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.customers.directory import normal_phone
from cskh.core.errors import Invalid
from cskh.core.text import one_line

# How far the exchange's clock may be ahead of ours.
_CLOCKS_DIFFER = timedelta(minutes=5)
# What exchanges write in place of a number the caller does not show.
_WITHHELD = frozenset({"", "anonymous", "private", "restricted", "unavailable", "unknown", "withheld"})
MOST_IN_CALL_ID = 200
_SERVICE_NUMBER = re.compile(r"\d{3,8}")  # 113, 1068 …: no subscriber's number, but somebody did ring


class ReportedState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    MISSED = "missed"
    ENDED = "ended"


class ReportedDirection(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, kw_only=True)
class CallReport:
    """One report about one call. `number` is E.164, a short service number, or "" where it is withheld.

    `agent` is the user name or telephone extension of whoever has the call; `at` is when the state began.
    """

    call_id: str
    number: str
    state: ReportedState
    at: datetime
    direction: ReportedDirection = ReportedDirection.IN
    agent: str = ""
    recording_ref: str = ""

    @classmethod
    def checked(
        cls,
        *,
        call_id: str,
        number: str,
        state: str,
        at: datetime | None = None,
        direction: str = "in",
        agent: str = "",
        recording_ref: str = "",
    ) -> Self:
        """A report as it is given. Raises Invalid with everything that is wrong with it, by field."""
        errors: dict[str, list[object]] = {}
        call_id = one_line(call_id)
        if not 0 < len(call_id) <= MOST_IN_CALL_ID:
            errors["call_id"] = [_("Name the call, in at most 200 characters.")]
        if state not in set(ReportedState):
            errors["state"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(ReportedState)}]
        if direction not in set(ReportedDirection):
            errors["direction"] = [_("Choose one of: %(choices)s.") % {"choices": ", ".join(ReportedDirection)}]
        if at is not None and timezone.is_naive(at):
            errors["at"] = [_("Give the time with its time zone.")]
        elif at is not None and at > timezone.now() + _CLOCKS_DIFFER:
            errors["at"] = [_("This time is in the future.")]
        try:
            number = callers_number(number)
        except Invalid as error:
            errors["number"] = list(error.errors["phone"])
        if errors:
            raise Invalid(errors=errors)
        return cls(
            call_id=call_id,
            number=number,
            state=ReportedState(state),
            at=at or timezone.now(),
            direction=ReportedDirection(direction),
            agent=one_line(agent)[:150],
            recording_ref=one_line(recording_ref)[:300],
        )

    def raw(self) -> bytes:
        """The report as it is kept until it is worked on, and after."""
        return json.dumps({**asdict(self), "at": self.at.isoformat()}, ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """What `raw()` wrote."""
        said = json.loads(raw)
        return cls.checked(**{**said, "at": datetime.fromisoformat(said["at"])})


def callers_number(text: str) -> str:
    """The number in E.164 form, a short service number as it is, or "" where the caller withholds it. Raises Invalid."""
    text = one_line(text)
    if text.lower() in _WITHHELD:
        return ""
    if _SERVICE_NUMBER.fullmatch(text):
        return text
    return normal_phone(text)
