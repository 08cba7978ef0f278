"""What counts of a case, read from the cases themselves. Set by set in SQL: one statement for one case as for a million."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection

from .lengths import ENDS
from .models import Basis, CountedCase

COLUMNS = [field.attname for field in CountedCase._meta.concrete_fields]

# One row for each case that is `wanted`, with the columns of `CountedCase`. Of an issue what was found and decided last counts;
# of the customer's satisfaction what was asked last, and what was said to that last.
# An interval is clipped to the life of the case; overlapping pauses are united.
READ = """
wanted AS (SELECT * FROM cases_case WHERE {wanted}),
first_answer AS (
    SELECT DISTINCT ON (a.case_id) a.case_id, a.sent_at, a.round
    FROM cases_answer a JOIN wanted w ON w.id = a.case_id WHERE a.state = 'sent' ORDER BY a.case_id, a.round
),
waits AS (
    SELECT p.case_id, w.opened_at, w.closed_at,
        min(p.started_at) FILTER (WHERE p.ended_at IS NULL AND w.closed_at IS NULL) AS since,
        range_agg(tstzrange(p.started_at, p.ended_at)) AS stood
    FROM cases_pause p JOIN wanted w ON w.id = p.case_id GROUP BY p.case_id, w.opened_at, w.closed_at
),
waited AS (
    SELECT case_id, since, (
        SELECT coalesce(sum(extract(epoch FROM upper(one) - lower(one))), 0)
        FROM unnest(stood * tstzmultirange(tstzrange(
            opened_at, greatest(opened_at, coalesce(closed_at, since, 'infinity'))
        ))) one
    ) AS seconds
    FROM waits
),
issues AS (
    SELECT q.case_id, i.id FROM complaints_issue i
    JOIN complaints_complaint q ON q.id = i.complaint_id JOIN wanted w ON w.id = q.case_id
),
decided AS (
    SELECT DISTINCT ON (d.issue_id) i.case_id, d.outcome
    FROM complaints_decision d JOIN issues i ON i.id = d.issue_id ORDER BY d.issue_id, d.id DESC
),
outcomes AS (
    SELECT case_id, CASE
        WHEN bool_or(outcome = 'partly') OR bool_or(outcome = 'upheld') AND bool_or(outcome = 'not_upheld') THEN 'partly'
        WHEN bool_or(outcome = 'upheld') THEN 'upheld'
        WHEN bool_or(outcome = 'not_upheld') THEN 'not_upheld'
        WHEN bool_or(outcome = 'out_of_scope') THEN 'out_of_scope'
        ELSE 'withdrawn'
    END AS outcome
    FROM decided GROUP BY case_id
),
found AS (
    SELECT DISTINCT ON (f.issue_id) i.case_id, f.cause
    FROM complaints_finding f JOIN issues i ON i.id = f.issue_id ORDER BY f.issue_id, f.id DESC
),
asked AS (
    SELECT DISTINCT ON (e.case_id) e.case_id, e.at, e.facts->'round' AS round
    FROM cases_caseevent e JOIN wanted w ON w.id = e.case_id
    WHERE e.kind = 'satisfaction_asked' ORDER BY e.case_id, e.number DESC
),
said AS (
    SELECT DISTINCT ON (e.case_id) e.case_id, (e.facts->>'score')::smallint AS score, (e.facts->>'ease')::smallint AS ease
    FROM cases_caseevent e JOIN asked ON asked.case_id = e.case_id AND e.facts->'round' = asked.round
    WHERE e.kind = 'satisfaction_given' ORDER BY e.case_id, e.number DESC
),
causes AS (SELECT case_id, array_agg(DISTINCT cause ORDER BY cause) AS causes FROM found GROUP BY case_id),
known AS (
    SELECT w.id AS case_id, w.last_event_number AS version, w.opened_at, w.closed_at, w.closed_as,
        asked.at AS asked_at, said.score, said.ease, w.department_id, w.category_id, w.channel, q.id IS NOT NULL AS is_complaint,
        a.sent_at AS answered_at, coalesce(a.round < w.round, false) AS is_reopened,
        coalesce(o.outcome, '') AS outcome, coalesce(c.causes, '{{}}'::varchar[]) AS causes,
        coalesce(t.seconds, 0) AS waited, t.since AS paused_since,
        CASE WHEN w.closed_at >= w.opened_at THEN extract(epoch FROM w.closed_at - w.opened_at)
            WHEN w.closed_at IS NOT NULL THEN 0 END AS took
    FROM wanted w
    LEFT JOIN complaints_complaint q ON q.case_id = w.id
    LEFT JOIN first_answer a ON a.case_id = w.id
    LEFT JOIN waited t ON t.case_id = w.id
    LEFT JOIN outcomes o ON o.case_id = w.id
    LEFT JOIN causes c ON c.case_id = w.id
    LEFT JOIN asked ON asked.case_id = w.id
    LEFT JOIN said ON said.case_id = w.id
),
counted AS (
    SELECT case_id, version, opened_at, closed_at, closed_as, department_id, category_id, channel, is_complaint,
        concat_ws('/', coalesce(department_id, 0), coalesce(category_id, 0), channel, is_complaint::int) AS place,
        answered_at, is_reopened, outcome, causes, ceil(waited)::int AS paused, paused_since,
        {opened_month} AS opened_month, {answered_month} AS answered_month, {closed_month} AS closed_month,
        asked_at, {asked_month} AS asked_month, score, ease,
        ceil(took)::int AS elapsed, ceil(took - waited)::int AS net,
        width_bucket(ceil(took)::int - 1, %(ends)s::int[]) AS elapsed_step,
        width_bucket(ceil(took - waited)::int - 1, %(ends)s::int[]) AS net_step
    FROM known
)
"""

# What differs from what is kept is written; its places and months, before and after, are what is to be summed up again.
_KEEP = """
WITH {read},
changed AS (
    SELECT counted.*, kept.place AS old_place,
        kept.opened_month AS old_opened, kept.answered_month AS old_answered, kept.closed_month AS old_closed,
        kept.asked_month AS old_asked
    FROM counted LEFT JOIN reports_countedcase kept ON kept.case_id = counted.case_id
    WHERE kept.case_id IS NULL OR ({mine}) IS DISTINCT FROM ({kept})
),
written AS (
    INSERT INTO reports_countedcase ({columns}) SELECT {columns} FROM changed
    ON CONFLICT (case_id) DO UPDATE SET {updates}
)
SELECT DISTINCT touched.basis, touched.month, touched.place FROM changed, LATERAL (VALUES
    ('opened', opened_month, place), ('answered', answered_month, place), ('closed', closed_month, place),
    ('asked', asked_month, place), ('asked', old_asked, old_place),
    ('opened', old_opened, old_place), ('answered', old_answered, old_place), ('closed', old_closed, old_place)
) touched (basis, month, place)
WHERE touched.month IS NOT NULL
"""

Touched = dict[tuple[Basis, date], set[str]]


def reading(wanted: str) -> str:
    """The common table expressions up to `counted`, of the cases for which the condition `wanted` holds."""
    months = {
        f"{basis}_month": f"date_trunc('month', {basis}_at AT TIME ZONE '{settings.TIME_ZONE}')::date"
        for basis in Basis
    }
    return READ.format(wanted=wanted, **months)


def keep(wanted: str, **parameters: Any) -> Touched:
    """Reads the cases anew for which `wanted` holds, keeps what changed, and says which months and places that touches."""
    columns = ", ".join(COLUMNS)
    statement = _KEEP.format(
        read=reading(wanted),
        columns=columns,
        mine=", ".join(f"counted.{column}" for column in COLUMNS),
        kept=", ".join(f"kept.{column}" for column in COLUMNS),
        updates=", ".join(f"{column} = excluded.{column}" for column in COLUMNS if column != "case_id"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"ends": list(ENDS), **parameters})
        return _by_month(cursor.fetchall())


def keep_cases(ids: list[int]) -> Touched:
    return keep("id = ANY(%(ids)s)", ids=ids)


def keep_from(after: int, until: int) -> Touched:
    """All cases with an id above `after`, up to `until`."""
    return keep("id > %(after)s AND id <= %(until)s", after=after, until=until)


def _by_month(rows: Iterable[tuple[str, date, str]]) -> Touched:
    touched: Touched = {}
    for basis, month, place in rows:
        touched.setdefault((Basis(basis), month), set()).add(place)
    return touched
