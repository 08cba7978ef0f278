"""Files of a request, on the disk while it is answered (`FILE_UPLOAD_HANDLERS`)."""

from contextlib import suppress
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from .errors import NotKept
from .incoming import keeping


class LostFile(UploadedFile):
    """A file of which nothing could be kept: whoever begins to read it hears NotKept."""

    def seek(self, *where: object) -> NoReturn:
        raise NotKept

    read = seek


class FilesOnDisk(TemporaryFileUploadHandler):
    """Where the disk takes no more, the rest of the request is read all the same: what was typed beside the file is not lost."""

    is_lost = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.is_lost = False
        try:
            with keeping():
                super().new_file(*args, **kwargs)
        except NotKept:
            self.is_lost = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.is_lost:
            try:
                with keeping():
                    super().receive_data_chunk(raw_data, start)
            except NotKept:
                self._lose()
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.is_lost:
            try:
                with keeping():
                    return super().file_complete(file_size)
            except NotKept:
                self._lose()
        return LostFile(name=self.file_name, content_type=self.content_type, size=file_size)

    def _lose(self) -> None:
        """What is there of it makes room at once."""
        self.is_lost = True
        with suppress(OSError):  # it tries once more to write what it could not
            self.file.close()
