"""Files on the local disk that survive a power cut."""

import os
import tempfile
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class DurableFiles(FileSystemStorage):
    """A file appears under its name whole and on the disk, or not at all; one that is there is never written over."""

    def _save(self, name: str, content: File) -> str:
        full = Path(self.path(name))
        full.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=full.parent, prefix=".", suffix=".part") as part:
            for chunk in content.chunks():
                part.write(chunk)
            part.flush()
            if self.file_permissions_mode is not None:
                os.chmod(part.name, self.file_permissions_mode)
            os.fsync(part.fileno())
            while True:
                try:
                    os.link(part.name, full)
                    break
                except FileExistsError:  # somebody else took the name meanwhile
                    name = self.get_available_name(name)
                    full = Path(self.path(name))
        _sync_folder(full.parent)
        return name.replace("\\", "/")


def _sync_folder(folder: Path) -> None:
    """A new name lasts only once its folder is on the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
