"""The table of legal moves as people read it: Markdown and a Mermaid state diagram."""

from collections.abc import Iterator

from .states import CUSTOMERS_TURN, OPEN, TRANSITIONS, Move, Status

_ANY_OPEN = "any open"


def render() -> str:
    """The block between the `transitions` markers of the README."""
    return "\n".join([*_table(), "", "```mermaid", *_diagram(), "```"])


def _table() -> Iterator[str]:
    yield "| step | from | to | also |"
    yield "|---|---|---|---|"
    for step, move in TRANSITIONS.items():
        target = f"`{move.target}`" if move.target else "unchanged"
        if move.closed_as:
            target += f" as `{move.closed_as}`"
        also = ", ".join(condition.replace("_", " ") for condition in move.conditions)
        yield f"| `{step}` | {_sources(move)} | {target} | {also} |"


def _sources(move: Move) -> str:
    if move.sources == OPEN:
        return _ANY_OPEN
    return ", ".join(f"`{status}`" for status in Status if status in move.sources)


def _diagram() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {Status.RECEIVED}"
    for step, move in TRANSITIONS.items():
        if move.target and move.sources != OPEN:
            yield from (f"    {source} --> {move.target}: {step}" for source in Status if source in move.sources)
    endings = ", ".join(step for step, move in TRANSITIONS.items() if move.sources == OPEN and move.target)
    yield f"    note right of {Status.CLOSED}: from {_ANY_OPEN} status by {endings}"
    yield "    classDef customer stroke-dasharray: 4 4"
    yield f"    class {','.join(status for status in Status if status in CUSTOMERS_TURN)} customer"
