"""The reports with very many cases: each page, its figures alone, and the same figures straight from the cases by SQL."""

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actors import Actor
from cases.admin.reports.asked import months_back
from cases.models import Case
from cases.reports import counting, figures, keeping
from cases.reports.figures import By, Chosen, Sum
from cases.reports.lengths import ENDS
from cases.reports.measures import Measure
from cases.reports.models import Basis, Cell, OpenCell
from cskh.defaults.load import load

from .data import manager

MONTHS = 12
_PAGES_ROUNDS, _RAW_ROUNDS = 40, 3
_DAYS = 720  # that the cases are spread over


def report(cases: int) -> None:
    began = time.perf_counter()
    _fill(cases)
    filled = time.perf_counter()
    keeping.count_all()
    counted = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"\n{cases:,} cases made in {filled - began:.0f} s, counted from nothing in {counted - filled:.0f} s:", end=" "
    )
    print(f"{Cell.objects.count():,} summaries and {OpenCell.objects.count():,} of open cases")
    print(_keeping_up())
    print(
        f"\n{'report, 12 months':<26}{'queries':>8}{'page p50':>11}{'page p95':>11}{'figures':>11}{'raw SQL':>11}{'times':>7}"
    )
    for one in _REPORTS:
        print(_measured(one))


@dataclass(frozen=True)
class Measured:
    """`ours` and `raw` give the same figures, from the summaries and from the cases."""

    name: str
    address: str
    ours: Callable[[Actor, Chosen], Any]
    raw: Callable[[Chosen], Any]


def _measured(one: Measured) -> str:
    desk, user = Client(), manager()
    desk.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    actor, chosen = Actor.staff(user), _year()
    address = f"/admin/reporting/{one.address}?from={chosen.first:%Y-%m}&to={chosen.last:%Y-%m}"
    if desk.get(address).status_code != 200:
        raise RuntimeError(address)
    with CaptureQueriesContext(connection) as captured:
        desk.get(address)
    queries = len(captured)
    ours, raw = one.ours(actor, chosen), one.raw(chosen)
    if ours != raw:
        raise RuntimeError(f"{one.name}: the summaries say {ours}, the cases {raw}")
    page = _times(lambda: desk.get(address), _PAGES_ROUNDS)
    alone = statistics.median(_times(lambda: one.ours(actor, chosen), _PAGES_ROUNDS))
    slow = statistics.median(_times(lambda: one.raw(chosen), _RAW_ROUNDS))
    p50, p95 = statistics.median(page), statistics.quantiles(page, n=20)[-1]
    parts = "".join(f"{seconds * 1e3:>8.0f} ms" for seconds in (p50, p95, alone, slow))
    return f"{one.name:<26}{queries:>8}{parts}{slow / alone:>6.0f}x"


def _times(work: Callable[[], object], rounds: int) -> list[float]:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return times


def _keeping_up() -> str:
    """What the task of every minute takes when 200 cases have changed, and when none has."""
    keeping.keep_up()
    changed = list(Case.objects.order_by("-opened_at")[:200])
    for case in changed:
        case.last_event_number += 1
        case.save(update_fields=["last_event_number"])
        case.events.create(
            number=case.last_event_number, kind="x", actor_kind="system", actor_id="x", at=timezone.now()
        )
    (busy,), (idle,) = _times(keeping.keep_up, 1), _times(keeping.keep_up, 1)
    return f"kept up to date with 200 changed cases in {busy * 1e3:.0f} ms, with none in {idle * 1e3:.0f} ms"


def _year() -> Chosen:
    months = months_back(timezone.localdate(), MONTHS)
    return Chosen(months[-1], months[0])


# The same figures, from the summaries and from the cases.

_COUNTED = (
    Measure.CLOSED,
    Measure.ACCEPTED,
    Measure.FINAL_RESPONSE,
    Measure.NO_REPLY,
    Measure.WITHDRAWN,
    Measure.SPAM,
    Measure.ANSWERED,
    Measure.REOPENED,
    Measure.COMPLAINTS,
    Measure.UPHELD,
    Measure.PARTLY,
    Measure.NOT_UPHELD,
)
_REAL = "closed_as NOT IN ('spam', 'duplicate')"
_CONDITIONS = f"""
    count(*) FILTER (WHERE closed_at IS NOT NULL AND {_REAL}),
    count(*) FILTER (WHERE closed_as = 'accepted'),
    count(*) FILTER (WHERE closed_as = 'final_response'),
    count(*) FILTER (WHERE closed_as = 'no_reply'),
    count(*) FILTER (WHERE closed_as = 'withdrawn'),
    count(*) FILTER (WHERE closed_as = 'spam'),
    count(*) FILTER (WHERE answered_at IS NOT NULL AND {_REAL}),
    count(*) FILTER (WHERE answered_at IS NOT NULL AND is_reopened AND {_REAL}),
    count(*) FILTER (WHERE is_complaint AND closed_at IS NOT NULL AND {_REAL}),
    count(*) FILTER (WHERE is_complaint AND closed_at IS NOT NULL AND {_REAL} AND outcome = 'upheld'),
    count(*) FILTER (WHERE is_complaint AND closed_at IS NOT NULL AND {_REAL} AND outcome = 'partly'),
    count(*) FILTER (WHERE is_complaint AND closed_at IS NOT NULL AND {_REAL} AND outcome = 'not_upheld')
"""


def _counts(report: figures.Report) -> dict[date, tuple[int, ...]]:
    return {month: tuple(of[measure] for measure in _COUNTED) for month, of in report.rows.items()}


def _outcomes(actor: Actor, chosen: Chosen) -> Any:
    return _counts(figures.counted(actor, chosen, Basis.CLOSED, By.MONTH))


def _raw_outcomes(chosen: Chosen) -> Any:
    return _raw_counts(chosen, Basis.CLOSED)


def _cohorts(actor: Actor, chosen: Chosen) -> Any:
    return {basis: _counts(figures.counted(actor, chosen, basis, By.MONTH)) for basis in Basis}


def _raw_cohorts(chosen: Chosen) -> Any:
    return {basis: _raw_counts(chosen, basis) for basis in Basis}


def _raw_counts(chosen: Chosen, basis: Basis) -> dict[date, tuple[int, ...]]:
    # Cases are found by the index of their time; when they were first answered is no column of theirs.
    wanted = "true" if basis == Basis.ANSWERED else f"{basis}_at >= %(first)s AND {basis}_at < %(after)s"
    rows = _rows(
        f"WITH {counting.reading(wanted)} SELECT {basis}_month, {_CONDITIONS} FROM counted"
        f" WHERE {basis}_month >= %(first_day)s AND {basis}_month <= %(last_day)s GROUP BY 1",
        chosen,
    )
    return {month: tuple(counts) for month, *counts in rows}


def _lengths(of: Sum) -> tuple[Any, ...]:
    shares = tuple(of.solved_within(seconds) for seconds in (900, 14_400, 86_400))
    return of.elapsed(50), of.elapsed(90), of.net(50), of.net(90), shares


def _time(actor: Actor, chosen: Chosen) -> Any:
    report = figures.counted(actor, chosen, Basis.OPENED, By.MONTH, lengths=True)
    return {month: _lengths(of) for month, of in report.rows.items()}


def _raw_time(chosen: Chosen) -> Any:
    as_of = figures.as_of()
    age = "ceil(extract(epoch FROM %(as_of)s - opened_at))::int"
    waited = "paused + coalesce(extract(epoch FROM %(as_of)s - paused_since), 0)"
    rows = _rows(
        f"""WITH {counting.reading("opened_at >= %(first)s AND opened_at < %(after)s")}
        SELECT opened_month, CASE
            WHEN closed_at IS NULL THEN 'ages' WHEN closed_as IN ('accepted', 'final_response') THEN 'solved' ELSE 'otherwise'
        END, coalesce(elapsed_step, width_bucket({age} - 1, %(ends)s::int[])),
        coalesce(net_step, width_bucket(ceil(extract(epoch FROM %(as_of)s - opened_at) - {waited})::int - 1, %(ends)s::int[])),
        count(*) FROM counted WHERE {_REAL} GROUP BY 1, 2, 3, 4""",
        chosen,
        as_of=as_of,
    )
    found: dict[date, dict[str, Counter[int]]] = {}
    for month, way, elapsed, net, many in rows:
        of_month = found.setdefault(month, {})
        of_month.setdefault(way, Counter())[elapsed] += many
        of_month.setdefault(f"{way}_net", Counter())[net] += many
    return {
        month: _lengths(Sum(**{name: [steps[n] for n in range(len(ENDS) + 1)] for name, steps in of_month.items()}))
        for month, of_month in found.items()
    }


def _backlog(actor: Actor, chosen: Chosen) -> Any:
    report = figures.backlog(actor, chosen, By.DEPARTMENT)
    return {department: (of.open, +Counter(dict(enumerate(of.ages)))) for department, of in report.rows.items()}


def _raw_backlog(chosen: Chosen) -> Any:
    age = "ceil(extract(epoch FROM %(as_of)s - opened_at))::int"
    rows = _rows(
        f"SELECT department_id, width_bucket({age} - 1, %(ends)s::int[]), count(*) FROM cases_case"
        " WHERE status <> 'closed' GROUP BY 1, 2",
        chosen,
        as_of=figures.as_of(),
    )
    found: dict[Any, Counter[int]] = {}
    for department, step, many in rows:
        found.setdefault(department, Counter())[step] += many
    return {department: (ages.total(), ages) for department, ages in found.items()}


_REPORTS = (
    Measured("outcomes", "", _outcomes, _raw_outcomes),
    Measured("rates by month", "cohorts/", _cohorts, _raw_cohorts),
    Measured("time to resolution", "time/", _time, _raw_time),
    Measured("backlog", "backlog/", _backlog, _raw_backlog),
)


def _rows(statement: str, chosen: Chosen, **more: Any) -> list[Any]:
    after = _month_after(chosen.last)
    days = {"first_day": chosen.first, "last_day": chosen.last}
    moments = {"first": _midnight(chosen.first), "after": _midnight(after)}
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ends": list(ENDS), **days, **moments, **more})
        return cursor.fetchall()


def _month_after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> Any:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - made aware here


# The cases, by SQL, as a million of them would take the models an hour. Of a hundred 5 are open, 25 in the register, 30 have
# waited for the customer and 8 came back.


def _fill(cases: int) -> None:
    load()
    with connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement, {"cases": cases, "days": _DAYS})
        cursor.execute("ANALYZE")


def _statements() -> Iterable[str]:
    yield "SELECT setseed(0.5)"
    yield """
    CREATE TEMP TABLE reasons AS SELECT id, department_id, row_number() OVER (ORDER BY id) - 1 AS n
    FROM cases_category WHERE parent_id IS NOT NULL
    """
    yield """
    CREATE TEMP TABLE drawn AS
    SELECT n, random() AS open, random() AS way, random() AS long, random() AS old, random() AS wait, random() AS formal,
        random() AS outcome, random() AS again, random() AS channel, random() AS cause, now() AS now
    FROM generate_series(1, %(cases)s) n
    """
    yield """
    CREATE TEMP TABLE made AS
    SELECT n, opened_at, CASE WHEN open >= 0.05 THEN opened_at + took END AS closed_at,
        CASE WHEN open < 0.05 THEN '' WHEN way < 0.7 THEN 'accepted' WHEN way < 0.75 THEN 'final_response'
            WHEN way < 0.9 THEN 'no_reply' WHEN way < 0.97 THEN 'withdrawn' ELSE 'spam' END AS closed_as,
        took, wait < 0.3 AS waits, formal < 0.25 AS is_formal, outcome, cause, again < 0.08 AS again,
        (ARRAY['chat', 'email', 'hotline', 'app', 'web'])[1 + floor(channel * 5)::int] AS channel
    FROM (
        SELECT *, now - make_interval(secs => CASE WHEN open < 0.045 THEN old * 3 ELSE 2 + old * %(days)s END * 86400) AS opened_at,
            make_interval(secs => exp(4 + long * 8)) AS took
        FROM drawn
    ) one
    """
    yield "INSERT INTO customers_customer {columns}".format(columns=_defaults("customers_customer", name="'Khách'"))
    yield "INSERT INTO cases_case {columns}".format(
        columns=_defaults(
            "cases_case",
            source="made m JOIN reasons r ON r.n = m.n %% (SELECT count(*) FROM reasons)",
            id="m.n",
            code="'CS-' || m.n",
            customer_id="(SELECT min(id) FROM customers_customer)",
            channel="m.channel",
            category_id="r.id",
            department_id="r.department_id",
            subject="'Yêu cầu số ' || m.n",
            status="CASE WHEN m.closed_at IS NULL OR m.closed_at > now() THEN 'resolving' ELSE 'closed' END",
            closed_as="CASE WHEN m.closed_at IS NULL OR m.closed_at > now() THEN '' ELSE m.closed_as END",
            closed_at="CASE WHEN m.closed_at <= now() THEN m.closed_at END",
            opened_at="m.opened_at",
            round="CASE WHEN m.again AND m.closed_as <> 'no_reply' THEN 2 ELSE 1 END",
        )
    )
    yield "SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %(cases)s)"
    yield "INSERT INTO cases_answer {columns}".format(
        columns=_defaults(
            "cases_answer",
            source="made m WHERE m.opened_at + m.took * 0.8 <= now() AND m.closed_as NOT IN ('withdrawn', 'spam')",
            case_id="m.n",
            round="1",
            body="'Đã xong'",
            state="'sent'",
            author_kind="'staff'",
            author_id="'1'",
            created_at="m.opened_at + m.took * 0.8",
            sent_at="m.opened_at + m.took * 0.8",
        )
    )
    yield """
    INSERT INTO cases_pause (case_id, started_at, ended_at)
    SELECT n, opened_at + took * 0.2, opened_at + took * 0.6 FROM made WHERE waits AND opened_at + took * 0.6 <= now()
    """
    yield "INSERT INTO complaints_complaint {columns}".format(
        columns=_defaults(
            "complaints_complaint",
            source="made m WHERE m.is_formal",
            id="m.n",
            case_id="m.n",
            registered_at="m.opened_at",
        )
    )
    entry = {"round": "1", "by_kind": "'staff'", "by_id": "'1'", "at": "m.opened_at"}
    formal = "made m WHERE m.is_formal"
    yield "INSERT INTO complaints_issue {columns}".format(
        columns=_defaults("complaints_issue", source=formal, id="m.n", complaint_id="m.n", number="1", **entry)
    )
    yield "INSERT INTO complaints_finding {columns}".format(
        columns=_defaults(
            "complaints_finding",
            source=formal,
            issue_id="m.n",
            cause="(ARRAY['delay', 'system_error', 'data_error', 'rules_applied'])[1 + floor(m.cause * 4)::int]",
            fault="'undetermined'",
            **entry,
        )
    )
    yield "INSERT INTO complaints_decision {columns}".format(
        columns=_defaults(
            "complaints_decision",
            source=formal,
            issue_id="m.n",
            outcome="(ARRAY['upheld', 'partly', 'not_upheld', 'not_upheld'])[1 + floor(m.outcome * 4)::int]",
            clause_id="(SELECT min(id) FROM complaints_policyclause)",
            **entry,
        )
    )


def _defaults(table: str, source: str = "", **given: str) -> str:
    """Columns and values of an INSERT: those `given`, and what the model puts where nothing is said."""
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    values = dict(given)
    for field in model._meta.concrete_fields:
        if field.column in values or field.primary_key or field.null:
            continue
        values[field.column] = _literal(field)
    chosen = ", ".join(values.values())
    return f"({', '.join(values)}) SELECT {chosen}" + (f" FROM {source}" if source else "")


def _literal(field: Any) -> str:
    kind = field.get_internal_type()
    default = field.get_default()
    if kind == "DateTimeField":
        return "now()"
    if kind == "BooleanField":
        return str(bool(default)).lower()
    if kind == "ArrayField":
        return "'{}'"
    if kind == "JSONField":
        return "'{}'"
    if isinstance(default, int):
        return str(int(default))
    return f"'{default or ''}'"
