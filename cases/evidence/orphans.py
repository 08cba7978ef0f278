"""Files that were kept for rows that never came: the transaction was taken back, or whoever kept them died.

The storage is walked a slice at a time, by the first letters of the hashes, so that each sweep is short and all of it is seen
within a day. What has just come, and whatever a row refers to, stays.
"""

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import PurePath

from cases.records.models import RecordFile
from cskh.core import vault

from .models import DerivedPage, StoredFile

log = logging.getLogger(__name__)

SLICES = 256
_RECORDS = "records"  # one folder, which has few
_HASH = 64
_AT_A_TIME = 500


def sweep(slice_number: int) -> int:
    """Removes the orphans of one slice; how many there were."""
    removed = 0
    for names in _batches(_names(slice_number % SLICES)):
        for name in sorted(set(names) - _needed(names)):
            if vault.remove_orphan(name, is_needed=partial(_is_needed, name)):
                log.warning("%s was kept for a row that never came: removed", name)
                removed += 1
    return removed


def _names(number: int) -> Iterator[str]:
    yield from vault.names_below(f"evidence/{number:02x}")
    yield from vault.names_below(f"preview/{number:02x}")
    if number == 0:
        yield from vault.names_below(_RECORDS)


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _AT_A_TIME)):
        yield batch


def _is_needed(name: str) -> bool:
    return bool(_needed([name]))


def _needed(names: list[str]) -> set[str]:
    """Those that a row refers to. Names end in the hash of the content, by which the rows are found."""
    hashes = {PurePath(name).name[:_HASH] for name in names}
    originals = StoredFile.objects.filter(sha256__in=hashes, original__in=names).values_list("original", flat=True)
    pages = DerivedPage.objects.filter(sha256__in=hashes, picture__in=names).values_list("picture", flat=True)
    records = RecordFile.objects.filter(stored__in=names).values_list("stored", flat=True)
    return {*originals, *pages, *records}
