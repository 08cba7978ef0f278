"""Figures of the reports, added up from the summaries, as far as somebody may know of the cases."""

import struct
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import BinaryField, Func, Q, QuerySet, TextChoices, aggregates
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases import policies

from .intervals import Interval, wilson
from .lengths import NONE, STEPS, Length, Spread, middle, percentile, together, within
from .measures import OUTCOMES, SCORES, Measure
from .models import Basis, CauseCell, Cell, OpenCell, Progress

NOBODYS = "-"  # in place of a slug: what has no department or category yet


@dataclass(frozen=True)
class Chosen:
    """Which cases are looked at: of the months from `first` to `last`, and of one department, category, channel alone where
    they are named (slugs, or NOBODYS)."""

    first: date
    last: date
    department: str = ""
    category: str = ""
    channel: str = ""
    complaints: bool = False

    def places(self, actor: Actor) -> Q:
        """As a condition on whatever is `Placed`. The months come apart: what they are of depends on the figure."""
        where = policies.visible_places(actor)
        if self.department:
            where &= _named("department", self.department)
        if self.category:
            where &= _named("category", self.category)
        if self.channel:
            where &= Q(channel=self.channel)
        if self.complaints:
            where &= Q(is_complaint=True)
        return where


def _named(what: str, slug: str) -> Q:
    return Q(**{f"{what}__isnull": True}) if slug == NOBODYS else Q(**{f"{what}__slug": slug})


class By(TextChoices):
    """What figures are told apart by."""

    MONTH = "month", _("month")
    CATEGORY = "category", _("category")
    DEPARTMENT = "department", _("department")
    CHANNEL = "channel", _("channel")
    CAUSE = "cause", _("cause")


_KEYS = {
    By.MONTH: "month",
    By.CATEGORY: "category_id",
    By.DEPARTMENT: "department_id",
    By.CHANNEL: "channel",
    By.CAUSE: "cause",
}


FEW = 5  # answers: of fewer a share says nothing


@dataclass(frozen=True)
class Share:
    """`part` of `whole`; of fewer than `least` no share is said."""

    part: int
    whole: int
    least: int = 1

    @property
    def percent(self) -> int | None:
        """Rounded down, so that nothing is shown as reached that is not."""
        return None if self.is_too_few else self.part * 100 // self.whole

    @property
    def is_too_few(self) -> bool:
        return self.whole < self.least

    @property
    def interval(self) -> Interval | None:
        return None if self.is_too_few else wilson(self.part, self.whole)


@dataclass(frozen=True)
class Mean:
    """Of `many` numbers that add up to `total`."""

    total: int
    many: int

    @property
    def value(self) -> float:
        return self.total / self.many


@dataclass
class Sum:
    """Summaries added up."""

    counts: Counter[str] = field(default_factory=Counter)
    solved: Spread = NONE
    solved_net: Spread = NONE
    otherwise: Spread = NONE
    otherwise_net: Spread = NONE
    open: int = 0
    ages: Spread = NONE
    ages_net: Spread = NONE
    oldest: datetime | None = None

    def __getitem__(self, measure: str) -> int:
        return self.counts[measure]

    @property
    def upheld(self) -> Share:
        """Of the complaints that were decided for or against the customer, those upheld, wholly or in part."""
        for_customer = self[Measure.UPHELD] + self[Measure.PARTLY]
        return Share(for_customer, for_customer + self[Measure.NOT_UPHELD])

    @property
    def reopened(self) -> Share:
        return Share(self[Measure.REOPENED], self[Measure.ANSWERED])

    @property
    def accepted(self) -> Share:
        return Share(self[Measure.ACCEPTED], self[Measure.CLOSED])

    @property
    def responding(self) -> Share:
        """Of the customers that were asked how satisfied they are, those who said."""
        return Share(self[Measure.SAID], self[Measure.ASKED])

    @property
    def satisfied(self) -> Share:
        return Share(self[Measure.SATISFIED], self[Measure.SAID], FEW)

    @property
    def easy(self) -> Share:
        return Share(self[Measure.EASY], self[Measure.SAID_EASE], FEW)

    @property
    def score(self) -> Mean | None:
        """The mean of what was said, from 1 to 5."""
        said = sum(self[one] for one in SCORES)
        if said < FEW:
            return None
        return Mean(sum(number * self[one] for number, one in enumerate(SCORES, 1)), said)

    def elapsed(self, percent: int) -> Length | None:
        """The time to resolution: from opening to acceptance or the final response. What is open took longer than so far, and
        so did what ended otherwise, until it did."""
        return percentile(percent, self.solved, together([self.otherwise, self.ages]))

    def net(self, percent: int) -> Length | None:
        """The same without the time we waited for the customer."""
        return percentile(percent, self.solved_net, together([self.otherwise_net, self.ages_net]))

    def solved_within(self, seconds: int) -> Share:
        """Of all cases. What is open is not solved yet, however young: to leave it out, and not what was opened as late and is
        solved already, would flatter."""
        return Share(within(self.solved, seconds), sum(self.solved) + sum(self.otherwise) + sum(self.ages))

    def age(self, percent: int) -> Length | None:
        return middle(percent, self.ages)


@dataclass(frozen=True)
class Report:
    """`rows` by what they are told apart by; `whole` is all of it. A case with several causes stands in several rows."""

    rows: Mapping[Any, Sum]
    whole: Sum


def as_of() -> datetime | None:
    """When what is read here was counted; None where nothing was yet."""
    return Progress.objects.values_list("as_of", flat=True).first()


def counted(actor: Actor, chosen: Chosen, basis: Basis, by: By, *, lengths: bool = False) -> Report:
    """One query; three with the `lengths`, for which cases are counted by their opening."""
    where = chosen.places(actor) & Q(month__gte=chosen.first, month__lte=chosen.last)
    kept = Cell.objects.filter(where, basis=basis)
    rows = _counts(kept, by, tuple(Measure))
    if lengths:
        _add_lengths(rows, kept, by)
        _add_ages(rows, OpenCell.objects.filter(where), by)
    return Report(rows, _whole(rows.values()))


def causes(actor: Actor, chosen: Chosen) -> Report:
    """Complaints closed, by what they came of. One query. The whole of it is no sum of the rows, and is left empty."""
    where = chosen.places(actor) & Q(month__gte=chosen.first, month__lte=chosen.last)
    kept = CauseCell.objects.filter(where, basis=Basis.CLOSED)
    return Report(_counts(kept, By.CAUSE, (Measure.COMPLAINTS, *OUTCOMES)), Sum())


def backlog(actor: Actor, chosen: Chosen, by: By) -> Report:
    """What is open now, of whatever month. One query."""
    rows: Rows = {}
    _add_ages(rows, OpenCell.objects.filter(chosen.places(actor)), by)
    return Report(rows, _whole(rows.values()))


Rows = dict[Any, Sum]
_LENGTHS = ("solved", "solved_net", "otherwise", "otherwise_net")
_AGES = ("ages", "ages_net")


def _counts(kept: QuerySet[Any], by: By, measures: Collection[Measure]) -> Rows:
    """Added up by the database: there are a few thousand summaries a year."""
    sums = {f"sum_{measure.value}": aggregates.Sum(measure.value) for measure in measures}
    return {
        row[_KEYS[by]]: Sum(Counter({measure.value: row[f"sum_{measure.value}"] for measure in measures}))
        for row in kept.values(_KEYS[by]).annotate(**sums).order_by()
    }


class _Sent(Func):
    """An array as the database sends it: a head, then the length and the value of each element, 32 bits each."""

    function = "array_send"
    output_field = BinaryField()


_HEAD = 20  # bytes
_ELEMENTS = struct.Struct(f">{STEPS}Q")
_VALUE = 2**32 - 1


def _add_lengths(rows: Rows, kept: QuerySet[Any], by: By) -> None:
    adding = _Adding(_LENGTHS)
    for key, *spreads in kept.values_list(_KEYS[by], *map(_Sent, _LENGTHS)).order_by():
        adding.add(key, spreads)
    adding.put_into(rows)


def _add_ages(rows: Rows, open_cells: QuerySet[OpenCell], by: By) -> None:
    adding = _Adding(_AGES)
    for key, many, oldest, *spreads in open_cells.values_list(_KEYS[by], "open", "oldest", *map(_Sent, _AGES)):
        row = rows.setdefault(key, Sum())
        row.open += many
        row.oldest = min(row.oldest or oldest, oldest)
        adding.add(key, spreads)
    adding.put_into(rows)


class _Adding:
    """Thousands of spreads, so each is added as one large number: an element is a digit of 64 bits, whose lower half holds the
    sum of the values and never overflows. Taking them apart first takes several times as long."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names
        self._sums: dict[Any, list[int]] = {}

    def add(self, key: Any, spreads: Iterable[bytes]) -> None:
        so_far = self._sums.setdefault(key, [0] * len(self.names))
        for at, sent in enumerate(spreads):
            so_far[at] += int.from_bytes(sent[_HEAD:], "big")

    def put_into(self, rows: Rows) -> None:
        for key, numbers in self._sums.items():
            for name, number in zip(self.names, numbers, strict=True):
                elements = _ELEMENTS.unpack(number.to_bytes(_ELEMENTS.size, "big"))
                setattr(rows[key], name, [element & _VALUE for element in elements])


def _add(to: Sum, names: Collection[str], spreads: Iterable[Spread]) -> None:
    for name, spread in zip(names, spreads, strict=True):
        if spread:
            setattr(to, name, together([getattr(to, name), spread]))


def _whole(rows: Collection[Sum]) -> Sum:
    whole = Sum(
        open=sum(one.open for one in rows), oldest=min((one.oldest for one in rows if one.oldest), default=None)
    )
    for one in rows:
        whole.counts.update(one.counts)
        _add(whole, (*_LENGTHS, *_AGES), [getattr(one, name) for name in (*_LENGTHS, *_AGES)])
    return whole
