"""How much a page takes in: looked at before anything of it is kept."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from cases.evidence.pipeline.receive import too_many_files
from cskh.core.errors import TooLarge


class FewFiles(FileUploadHandler):
    """Lets in one file more than may be sent at a time, so that the form sees that there were too many, and skips the rest:
    what was typed beside them is read all the same."""

    begun = 0

    def new_file(self, *args: object, **kwargs: object) -> None:
        self.begun += 1
        if self.begun > settings.EVIDENCE_MAX_FILES_PER_UPLOAD + 1:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None


def limited_body(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuses a body that is far too large before any of it is parsed; the CSRF check, which parses it, comes after."""
    protected = csrf_protect(view)

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.EVIDENCE_MAX_BYTES_PER_CASE:
            raise TooLarge(_("These files are too large together. Send fewer, or smaller pictures."))
        request.upload_handlers = [FewFiles(request), *request.upload_handlers]
        try:
            return protected(request, *args, **kwargs)
        except TooManyFilesSent as error:
            raise TooLarge(too_many_files()) from error

    return csrf_exempt(page)
