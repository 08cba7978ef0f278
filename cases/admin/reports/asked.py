"""What the address of a report asks for, and the addresses that ask for other things. What makes no sense is as if not asked."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import Department
from cases.models import Category
from cases.reports.figures import NOBODYS, By, Chosen
from cases.states import Channel

MONTHS = 36  # that may be chosen, back from this one
_AT_FIRST = 3


@dataclass(frozen=True)
class Option:
    value: str
    label: str


class Asked:
    """`chosen` and `by` as the address says it; `names` of what there is to choose from."""

    def __init__(self, request: HttpRequest, *, by: By = By.MONTH, bys: tuple[By, ...] = ()) -> None:
        self.request = request
        self.query: QueryDict = request.GET
        asked_by = self.query.get("by", "")
        self.by = By(asked_by) if asked_by in bys else by
        self.bys = bys
        self.months = list(months_back(timezone.localdate(), MONTHS))
        first, last = sorted((self._month("from", _AT_FIRST - 1), self._month("to", 0)))
        self.chosen = Chosen(
            first,
            last,
            department=self._one_of("department", [one.slug for one in self.departments.values()]),
            category=self._one_of("category", [one.slug for one in self.categories.values()]),
            channel=self._one_of("channel", Channel.values, nobodys=False),
            complaints=self.query.get("kind") == "complaints",
        )

    @cached_property
    def departments(self) -> dict[int, Department]:
        return Department.objects.in_bulk()

    @cached_property
    def categories(self) -> dict[int, Category]:
        return Category.objects.in_bulk()

    @property
    def chosen_months(self) -> list[date]:
        """From the first to the last."""
        return [month for month in reversed(self.months) if self.chosen.first <= month <= self.chosen.last]

    @cached_property
    def options(self) -> dict[str, list[Option]]:
        reasons = sorted((one for one in self.categories.values() if one.parent_id), key=str)
        departments = sorted(self.departments.values(), key=str)
        return {
            "months": [Option(_code(month), month_label(month)) for month in self.months],
            "department": [*(Option(one.slug, str(one)) for one in departments), Option(NOBODYS, _("no department"))],
            "category": [*(Option(one.slug, str(one)) for one in reasons), Option(NOBODYS, _("not classified"))],
            "channel": [Option(value, str(label)) for value, label in Channel.choices],
        }

    @property
    def periods(self) -> list[tuple[str, str, bool]]:
        """Months at one click: label, address, and whether they are the ones chosen."""
        choices = ((_("This month"), 0, 0), (_("Last month"), 1, 1), (_("3 months"), 2, 0), (_("12 months"), 11, 0))
        made = []
        for label, back, until in choices:
            first, last = self.months[back], self.months[until]
            is_it = (first, last) == (self.chosen.first, self.chosen.last)
            made.append((label, "?" + urlencode(self.parameters(replace(self.chosen, first=first, last=last))), is_it))
        return made

    @property
    def period(self) -> str:
        first, last = self.chosen.first, self.chosen.last
        return month_label(first) if first == last else f"{month_label(first)} – {month_label(last)}"

    @property
    def filters(self) -> list[str]:
        """What is left out by the choice, in words; months apart."""
        labels = [
            next((one.label for one in self.options[name] if one.value == getattr(self.chosen, name)), "")
            for name in ("department", "category", "channel")
        ]
        return [text for text in (*labels, _("complaints only") if self.chosen.complaints else "") if text]

    def parameters(self, chosen: Chosen | None = None, **more: str) -> dict[str, str]:
        """As the address of a page says it; `more` in its words."""
        chosen = chosen or self.chosen
        said = {
            "from": _code(chosen.first),
            "to": _code(chosen.last),
            "department": chosen.department,
            "category": chosen.category,
            "channel": chosen.channel,
            "kind": "complaints" if chosen.complaints else "",
            "by": self.by.value if self.bys else "",
            **more,
        }
        return {name: value for name, value in said.items() if value}

    def narrowed(self, key: Any, by: By | None = None) -> tuple[Chosen, str]:
        """What is chosen, of one row alone; and its cause, where it is one of a cause."""
        match by or self.by:
            case By.MONTH:
                return replace(self.chosen, first=key, last=key), ""
            case By.DEPARTMENT:
                return replace(self.chosen, department=self.departments[key].slug if key else NOBODYS), ""
            case By.CATEGORY:
                return replace(self.chosen, category=self.categories[key].slug if key else NOBODYS), ""
            case By.CHANNEL:
                return replace(self.chosen, channel=key), ""
        return self.chosen, key

    def list_url(self, chosen: Chosen, show: str, basis: str, cause: str = "") -> str:
        asked = {**self.parameters(chosen), "show": show, "basis": basis, "cause": cause}
        asked.pop("by", None)
        return f"{reverse('reports:cases')}?{urlencode({name: value for name, value in asked.items() if value})}"

    def _month(self, name: str, back: int) -> date:
        try:
            month = date.fromisoformat(self.query.get(name, "") + "-01")
        except ValueError:
            return self.months[back]
        return min(max(month, self.months[-1]), self.months[0])

    def _one_of(self, name: str, known: list[str], *, nobodys: bool = True) -> str:
        asked = self.query.get(name, "")
        return asked if asked in known or (nobodys and asked == NOBODYS) else ""


def months_back(today: date, many: int) -> list[date]:
    """The month of `today` and those before it."""
    number = today.year * 12 + today.month - 1
    return [date((number - back) // 12, (number - back) % 12 + 1, 1) for back in range(many)]


def month_label(month: date) -> str:
    return f"{month.month:02}/{month.year}"


def _code(month: date) -> str:
    return f"{month:%Y-%m}"
