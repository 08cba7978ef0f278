"""Figures of the reports, added up from the summaries, as far as somebody may know of the cases."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from cases import policies

from .lengths import NONE, Length, Spread, middle, percentile, together, within
from .measures import Measure
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


_KEYS: dict[str, Callable[[Any], Any]] = {
    By.MONTH: lambda cell: cell.month,
    By.CATEGORY: lambda cell: cell.category_id,
    By.DEPARTMENT: lambda cell: cell.department_id,
    By.CHANNEL: lambda cell: cell.channel,
    By.CAUSE: lambda cell: cell.cause,
}


@dataclass(frozen=True)
class Share:
    part: int
    whole: int

    @property
    def percent(self) -> int | None:
        """Rounded down, so that nothing is shown as reached that is not."""
        return self.part * 100 // self.whole if self.whole else None


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
    """One query; two with the `lengths`, for which cases are counted by their opening."""
    where = chosen.places(actor) & Q(month__gte=chosen.first, month__lte=chosen.last)
    kept = Cell.objects.filter(where, basis=basis)
    if not lengths:
        kept = kept.defer(*_SPREADS)
    opened = OpenCell.objects.filter(where) if lengths else ()
    return _report(list(kept), list(opened), by)


def causes(actor: Actor, chosen: Chosen) -> Report:
    """Complaints closed, by what they came of. One query. The whole of it is no sum of the rows, and is left empty."""
    where = chosen.places(actor) & Q(month__gte=chosen.first, month__lte=chosen.last)
    return Report(_report(list(CauseCell.objects.filter(where, basis=Basis.CLOSED)), [], By.CAUSE).rows, Sum())


def backlog(actor: Actor, chosen: Chosen, by: By) -> Report:
    """What is open now, of whatever month. One query."""
    return _report([], list(OpenCell.objects.filter(chosen.places(actor))), by)


_SPREADS = ("solved", "solved_net", "otherwise", "otherwise_net")
_AGES = ("ages", "ages_net")


def _report(cells: Collection[Any], open_cells: Collection[OpenCell], by: By) -> Report:
    key = _KEYS[by]
    keys = dict.fromkeys([*map(key, cells), *map(key, open_cells)])
    rows = {
        one: _sum([cell for cell in cells if key(cell) == one], [cell for cell in open_cells if key(cell) == one])
        for one in keys
    }
    return Report(rows, _whole(rows.values()))


def _sum(cells: Iterable[Any], open_cells: Collection[OpenCell]) -> Sum:
    made = Sum()
    spreads: dict[str, list[Spread]] = {name: [] for name in _SPREADS}
    for cell in cells:
        said = cell.__dict__
        for measure in Measure:
            made.counts[measure.value] += said.get(measure.value, 0)
        for name in _SPREADS:
            spreads[name].append(said.get(name, ()))
    for name, several in spreads.items():
        setattr(made, name, together(several))
    for name in _AGES:
        setattr(made, name, together(getattr(cell, name) for cell in open_cells))
    made.open = sum(cell.open for cell in open_cells)
    made.oldest = min((cell.oldest for cell in open_cells), default=None)
    return made


def _whole(sums: Collection[Sum]) -> Sum:
    whole = Sum(
        open=sum(one.open for one in sums), oldest=min((one.oldest for one in sums if one.oldest), default=None)
    )
    for one in sums:
        whole.counts.update(one.counts)
    for name in (*_SPREADS, *_AGES):
        setattr(whole, name, together(getattr(one, name) for one in sums))
    return whole
