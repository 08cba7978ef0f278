"""Which sources of records there are here."""

from .imported import ImportedSource
from .rest import RestSource
from .source import Source


def connected() -> list[Source]:
    """Every source that can be asked now. One query."""
    sources: list[Source] = []
    if (rest := RestSource.of_settings()) is not None:
        sources.append(rest)
    if ImportedSource.has_any():
        sources.append(ImportedSource())
    return sources
