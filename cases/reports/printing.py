"""The monthly complaints report as PDF, in either language: the same bytes whenever the same figures are printed."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from math import ceil, floor
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cases.complaints.ladder import Level
from cases.complaints.remedy_states import RemedyKind
from cskh.core.amounts import money
from cskh.core.durations import span

from .figures import FEW
from .intervals import wilson
from .measures import OUTCOMES, Measure

_TEMPLATE = Path(__file__).parent / "monthly.typ"
_NONE = "–"
Content = dict[str, Any]
Row = list[str]


def as_pdf(content: Content, language: str) -> bytes:
    """PDF/A-1b, as the official responses. What it says is data to the template: none of it is read as markup."""
    import typst  # takes its time and memory, for the few who print

    day = date.fromisoformat(content["issued_on"])
    with translation.override(language):
        shown = {
            **laid_out(content),
            "language": language,
            "date": {"year": day.year, "month": day.month, "day": day.day},
        }
    data = json.dumps(shown, ensure_ascii=False)
    made = typst.compile(
        str(_TEMPLATE), format="pdf", sys_inputs={"doc": data}, pdf_standards=["a-1b"], ignore_system_fonts=True
    )
    return bytes(made)


def laid_out(content: Content) -> Content:
    """The report line by line, in the language in use."""
    month = date.fromisoformat(content["month"])
    as_of = datetime.fromisoformat(content["as_of"])
    place = _named(content["department"]) if content["department"] else _("all departments")
    return {
        "brand": content["brand"],
        "title": _("Complaints report, %(month)s") % {"month": _month(month)},
        "number": _("edition %(number)d") % {"number": content["edition"]},
        "about": [
            [_("Of"), place],
            [_("Counted as of"), date_format(as_of, "SHORT_DATETIME_FORMAT")],
            [_("Issued on"), date_format(date.fromisoformat(content["issued_on"]), "SHORT_DATE_FORMAT")],
        ],
        "warning": "" if content["is_over"] else _("The month is not over: these are its figures so far."),
        "sections": list(_sections(content)),
        "page": _("Page"),
    }


def _sections(content: Content) -> Iterator[Content]:
    yield _section(
        _("At a glance"),
        [_("Figure"), _month(date.fromisoformat(content["month"])), _month(date.fromisoformat(content["before"]))],
        [[capfirst(label), say(content["this"]), say(content["last"])] for label, say in _glance()],
        _(
            "Open at the end counts what was received up to then and not closed by then. A rate stands with what it is of, rounded"
            " down. Times run from opening to the customer's acceptance or the final response, for what was received in the month;"
            " what is still open is counted as taking longer (Kaplan–Meier), so “>” is more than."
        ),
    )
    heads = [_("closed"), *(str(Measure(one).label) for one in OUTCOMES), _("upheld rate")]
    for title, first, rows, note in (
        (_("Outcomes by category"), _("Category"), content["categories"], ""),
        (
            _("Outcomes by cause"),
            _("Cause"),
            content["causes"],
            _("A complaint with several causes stands under each of them."),
        ),
    ):
        yield _section(title, [first, *map(capfirst, heads)], [_outcome(row) for row in rows], note)
    this, last = content["this"], content["last"]
    yield _section(
        _("By level"),
        [_("Level"), _month(date.fromisoformat(content["month"])), _month(date.fromisoformat(content["before"]))],
        [
            *(
                [capfirst(str(Level(number))), _count(now), _count(then)]
                for number, (now, then) in enumerate(zip(this["levels"], last["levels"], strict=True), 1)
            ),
            [
                capfirst(_("of these with a final response")),
                _count(this["final_responses"]),
                _count(last["final_responses"]),
            ],
        ],
    )
    yield _section(
        _("Remedies carried out in the month"), [_("Kind"), _("Number"), _("VND")], _remedies(this["remedies"])
    )
    owed = content["owed"]
    yield _section(
        _("Remedies owed on the day of issue"),
        [_("Which"), _("Number"), _("VND")],
        [
            [_("Overdue"), _count(owed["late"]), _money(owed["late_vnd"])],
            [_("All that are owed"), _count(owed["count"]), _money(owed["vnd"])],
        ],
    )


def _glance() -> list[tuple[str, Any]]:
    def time(name: str) -> Any:
        return lambda of: _length(of["time"][name])

    return [
        (_("Received"), lambda of: _count(of["received"])),
        (_("Closed"), lambda of: _count(of["closed"])),
        (_("Decided"), lambda of: _count(of["decided"])),
        (_("Given up by the customer"), lambda of: _count(of["given_up"])),
        (_("Closed without a decision"), lambda of: _count(of["undecided"])),
        (_("Open at the end"), lambda of: _count(of["open_at_end"])),
        (_("Upheld, of those decided for or against"), lambda of: _share(*of["upheld"])),
        (_("Reopened, of those first answered"), lambda of: _share(*of["reopened"])),
        (_("Time to resolution, p50"), time("elapsed_50")),
        (_("Time to resolution, p90"), time("elapsed_90")),
        (_("without waiting for the customer, p50"), time("net_50")),
        (_("without waiting for the customer, p90"), time("net_90")),
        (_("Received in the month and still open"), lambda of: _share(of["time"]["still_open"], of["time"]["of"])),
        (_("Remedies carried out (VND)"), lambda of: _money(sum(row["vnd"] for row in of["remedies"]))),
        (_("Asked how satisfied they are"), lambda of: _count(of["satisfaction"]["asked"])),
        (_("Said, of those asked"), lambda of: _share(of["satisfaction"]["said"], of["satisfaction"]["asked"])),
        (_("Satisfied (4 or 5), of those who said"), lambda of: _satisfied(**of["satisfaction"])),
    ]


def _section(title: str, columns: Row, rows: list[Row], note: str = "") -> Content:
    return {"title": title, "columns": columns, "rows": rows, "note": note, "empty": _("None in this month.")}


def _outcome(row: Content) -> Row:
    name = _named(row["name"]) if row["name"] else _("not classified")
    return [
        capfirst(name),
        _count(row["closed"]),
        *(_count(row[one.value]) for one in OUTCOMES),
        _share(*row["upheld_share"]),
    ]


def _remedies(rows: list[Content]) -> list[Row]:
    told = [[capfirst(str(RemedyKind(row["kind"]).label)), _count(row["count"]), _money(row["vnd"])] for row in rows]
    if len(rows) > 1:
        together = [_count(sum(row["count"] for row in rows)), _money(sum(row["vnd"] for row in rows))]
        told.append([capfirst(_("together")), *together])
    return told


def _named(names: dict[str, str]) -> str:
    language = (translation.get_language() or "vi").split("-")[0]
    return names.get(language) or names["vi"]


def _month(month: date) -> str:
    return f"{month.month:02}/{month.year}"


def _count(number: int) -> str:
    return number_format(number, force_grouping=True)


def _money(amount: int) -> str:
    return money(amount) if amount else _NONE


def _share(part: int, whole: int) -> str:
    """Rounded down, with what it is of."""
    return f"{part * 100 // whole}% ({_count(part)}/{_count(whole)})" if whole else _NONE


def _satisfied(*, asked: int, said: int, satisfied: int) -> str:
    """With its interval; of few answers no share is said."""
    if said < FEW:
        return _("%(part)s: too few") % {"part": f"{satisfied}/{said}"} if said else _NONE
    interval = wilson(satisfied, said)
    low, high = floor(interval.low * 100), ceil(interval.high * 100)
    return pgettext("share, then its 95% interval", "%(share)s, Wilson 95%%: %(low)d–%(high)d%%") % {
        "share": _share(satisfied, said),
        "low": low,
        "high": high,
    }


def _length(length: list[Any] | None) -> str:
    if length is None:
        return _NONE
    seconds, are_least = length
    return _("> %(time)s") % {"time": span(seconds)} if are_least else span(seconds)
