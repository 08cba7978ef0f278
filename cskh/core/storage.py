"""Files on the local disk that survive a power cut."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class DurableFiles(FileSystemStorage):
    """A file appears under its name whole and on the disk, or not at all; one that is there is written over only on demand."""

    def save_over(self, name: str, content: File) -> None:
        """Puts the content in the place of the file of that name: whoever opens it finds the one or the other, whole."""
        full = Path(self.path(name))
        with self._written(full, content) as part:
            whole = f"{part}.whole"
            os.link(part, whole)
            os.replace(whole, full)
        _sync_folder(full.parent)

    def _save(self, name: str, content: File) -> str:
        full = Path(self.path(name))
        self._make_folder(full.parent)
        with self._written(full, content) as part:
            while True:
                try:
                    os.link(part, full)
                    break
                except FileExistsError:  # somebody else took the name meanwhile
                    name = self.get_available_name(name)
                    full = Path(self.path(name))
        _sync_folder(full.parent)
        return name.replace("\\", "/")

    def _make_folder(self, folder: Path) -> None:
        """Each that is missing with the mode of the storage: `mkdir` has one for the last of them only."""
        if folder.exists():
            return
        self._make_folder(folder.parent)
        mode = self.directory_permissions_mode
        folder.mkdir(0o777 if mode is None else mode, exist_ok=True)

    @contextmanager
    def _written(self, full: Path, content: File) -> Iterator[str]:
        """The content on the disk, beside the place where it belongs; gone when the block ends."""
        with tempfile.NamedTemporaryFile(dir=full.parent, prefix=".", suffix=".part") as part:
            for chunk in content.chunks():
                part.write(chunk)
            part.flush()
            if self.file_permissions_mode is not None:
                os.chmod(part.name, self.file_permissions_mode)
            os.fsync(part.fileno())
            yield part.name


def _sync_folder(folder: Path) -> None:
    """A new name lasts only once its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
