"""Everything that the storage keeps, by the rows that know of it."""

from collections.abc import Iterator
from itertools import chain

from cases.evidence.models import DerivedPage, StoredFile
from cases.records.models import RecordFile


def kept_files() -> Iterator[tuple[str, str]]:
    """Each with its name in the storage and the SHA-256 of its content."""
    originals = StoredFile.objects.order_by("pk").values_list("original", "sha256")
    pages = DerivedPage.objects.order_by("picture").values_list("picture", "sha256").distinct()
    records = RecordFile.objects.exclude(stored="").order_by("pk").values_list("stored", "sha256")
    return chain(originals.iterator(), pages.iterator(), records.iterator())
