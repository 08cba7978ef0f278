"""What a review comes to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from .models import Critical, Mark

_Result = Mark.Result


@dataclass(frozen=True)
class Scored:
    """`score` in per cent of what applied, rounded down; `ok` says of each class whether no error was found (None: nothing of it
    applied)."""

    score: int
    ok: dict[Critical, bool | None]
    passed: bool


def scored(marks: Iterable[tuple[Critical, str]], pass_percent: int) -> Scored:
    """An error of the compliance kind fails the review as a whole, whatever its score. Where nothing applies nothing is wrong."""
    applied = [(critical, result) for critical, result in marks if result != _Result.NOT_APPLICABLE]
    met = sum(result == _Result.MET for _critical, result in applied)
    score = met * 100 // len(applied) if applied else 100
    ok = {critical: _ok([result for of, result in applied if of == critical]) for critical in Critical}
    return Scored(score, ok, score >= pass_percent and ok[Critical.COMPLIANCE] is not False)


def _ok(results: list[str]) -> bool | None:
    return all(result == _Result.MET for result in results) if results else None
