"""What happens to a file once its receipt is committed, in this order, each stage once and only after the one before it."""

from django.utils import timezone

from cases.evidence.models import StoredFile

from . import derive, scan, soundness


def examine(file: StoredFile) -> None:
    """Takes the file as far as it gets now. Repeating it goes on where it stopped.

    The try is noted first, whatever it comes to: whoever was tried last waits longest.
    """
    if is_due(file):
        StoredFile.objects.filter(pk=file.pk).update(scan_tried_at=timezone.now())
    scan.scan(file)
    soundness.establish(file)
    if file.is_released:
        derive.derive_preview(file)


def is_due(file: StoredFile) -> bool:
    """Whether anything is left to do."""
    return not file.is_closed_for_good and (not file.is_released or file.preview_state == file.PreviewState.WAITING)
