"""Everything that is kept sealed: in the storage, by the rows that know of it, and in rows of the database."""

from collections.abc import Iterator
from itertools import chain

from django.db import transaction

from cases.evidence.models import DerivedPage, StoredFile
from cases.records.models import RecordFile
from channels_app.models import InboundItem, UploadPiece
from cskh.core.sealed_rows import to_be_sealed

Row = InboundItem | UploadPiece
_FIELDS: dict[type[Row], str] = {InboundItem: "raw", UploadPiece: "data"}


def kept_files() -> Iterator[tuple[str, str]]:
    """Each with its name in the storage and the SHA-256 of its content."""
    originals = StoredFile.objects.order_by("pk").values_list("original", "sha256")
    pages = DerivedPage.objects.order_by("picture").values_list("picture", "sha256").distinct()
    records = RecordFile.objects.exclude(stored="").order_by("pk").values_list("stored", "sha256")
    return chain(originals.iterator(), pages.iterator(), records.iterator())


def kept_rows() -> Iterator[Row]:
    """Those that lie plain, or sealed with a former key; without what is in them."""
    for model, field in _FIELDS.items():
        yield from to_be_sealed(model.objects.order_by("pk"), field).defer(field).iterator()


def seal_row(row: Row) -> bool:
    """Seals it in its place, at once; whether it was there still. Raises what opening it raises."""
    model, field = type(row), _FIELDS[type(row)]
    with transaction.atomic():
        held = to_be_sealed(model.objects.filter(pk=row.pk), field).select_for_update(of=("self",)).first()
        if held is not None:
            held.content = held.content
            held.save(update_fields=[field])
    return held is not None
