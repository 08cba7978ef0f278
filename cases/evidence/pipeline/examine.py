"""What happens to a file once its receipt is committed, in this order, each stage once and only after the one before it."""

from cases.evidence.models import StoredFile

from . import derive, scan


def examine(file: StoredFile) -> None:
    """Takes the file as far as it gets now. Repeating it goes on where it stopped."""
    scan.scan(file)
    if file.is_released:
        derive.derive_preview(file)


def is_due(file: StoredFile) -> bool:
    """Whether anything is left to do."""
    return not file.is_infected and (not file.is_released or file.preview_state == file.PreviewState.WAITING)
