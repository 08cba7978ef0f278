"""Finds pictures that look like one that came in: copied, cropped, or with other figures in them."""

from django.db.models import Func, IntegerField, Value

from cases.evidence.models import Resemblance, StoredFile
from cskh.core.locks import one_at_a_time

FARTHEST = 6  # bits of 64. Edited and recompressed copies of a receipt differ in 2, other receipts of the same bank in 10 or more
_MOST = 20  # a template that everybody sends says nothing more after so many


class _Distance(Func):
    """In how many bits two numbers differ."""

    template = "bit_count((%(expressions)s)::bit(64))"
    arg_joiner = " # "
    output_field = IntegerField()


def note_likeness(held: StoredFile, likeness: int | None) -> None:
    """Keeps the perceptual hash of the file and what it resembles, in the caller's transaction: one at a time, so that of two
    that come together the second finds the first."""
    if likeness is None:
        return
    one_at_a_time("resemblances")
    held.likeness = likeness
    held.save(update_fields=["likeness"])
    others = (
        StoredFile.objects.filter(likeness__isnull=False)
        .exclude(pk=held.pk)
        .annotate(distance=_Distance("likeness", Value(likeness)))
        .filter(distance__lte=FARTHEST)
        .order_by("distance", "-pk")
        .values_list("pk", "distance")[:_MOST]
    )
    Resemblance.objects.bulk_create(
        Resemblance(one_id=one, other_id=other, distance=distance)
        for pk, distance in others
        for one, other in ((held.pk, pk), (pk, held.pk))
    )
