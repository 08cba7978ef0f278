"""Times something a few dozen times, and says how it compares with a named limit measured in the same run."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

ROUNDS = 30


@dataclass(frozen=True)
class Result:
    what: str
    queries: int
    ours: float  # seconds, median
    raw: float  # seconds, median, of raw SQL for the same rows

    def __str__(self) -> str:
        ratio = self.ours / self.raw if self.raw else float("nan")
        return f"{self.what:<34}{self.queries:>8}{self.ours * 1e3:>9.1f} ms{self.raw * 1e3:>9.1f} ms{ratio:>7.1f}x"


def compare(what: str, ours: Callable[[], object], raw: Callable[[], object]) -> Result:
    """Both in turn, so that a busy machine is busy for both."""
    ours(), raw()
    with CaptureQueriesContext(connection) as captured:
        ours()
    queries = len(captured)  # before the next request forgets them
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for which, kept in zip((ours, raw), times, strict=True):
            began = time.perf_counter()
            which()
            kept.append(time.perf_counter() - began)
    return Result(what, queries, statistics.median(times[0]), statistics.median(times[1]))


def rows(sql: str, *parameters: Any) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
