"""Files of a request: each with the name its sender gave it, on the disk while it is answered (`FILE_UPLOAD_HANDLERS`)."""

from contextlib import suppress
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from .errors import NotKept
from .incoming import keeping


def declared_name_of(file: UploadedFile) -> str:
    """The name as it stood in the request: a claim, with paths and whatever else its sender wrote."""
    return getattr(file, "declared_name", file.name or "")


class DeclaredNames(FileUploadHandler):
    """Keeps the names as they are declared. Django takes them apart before it calls any handler, so that this one reads the
    request for the others, by a parser that remembers."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803 - Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> Any:
        request: Any = self.request
        others = [handler for handler in request.upload_handlers if handler is not self]
        return _RememberingParser(META, input_data, others, encoding).parse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class _RememberingParser(MultiPartParser):
    _declared = ""
    _files: MultiValueDict[str, Any]  # made by Django when it begins

    def sanitize_file_name(self, file_name: str) -> str | None:
        self._declared = file_name
        return super().sanitize_file_name(file_name)

    def handle_file_complete(self, old_field_name: str, counters: list[int]) -> None:
        """Called once for each file, before the name of the next one is read."""
        before = self._files.getlist(old_field_name)
        super().handle_file_complete(old_field_name, counters)
        for file in self._files.getlist(old_field_name)[len(before) :]:
            file.declared_name = self._declared


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
