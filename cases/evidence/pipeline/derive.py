"""Makes the copy staff look at: pixels only, written anew. The original stays as it came."""

import io
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from cases.evidence.models import StoredFile
from cskh.core.errors import DomainError

from . import identify

_LONGEST_SIDE = 2000  # pixels: enough to read a receipt
_QUALITY = 85


def can_have_preview(content_type: str) -> bool:
    return content_type in identify.PICTURES


def derive_preview(file: StoredFile) -> None:
    """Stores the preview of a picture, once. A picture that cannot be decoded to its end is marked so."""
    if not file.is_released or file.preview_state != StoredFile.PreviewState.WAITING:
        return
    with default_storage.open(str(file.original.name)) as original:
        try:
            data, extension = safe_copy(original, file.content_type)
        except (DomainError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            file.preview_state = StoredFile.PreviewState.IMPOSSIBLE
            file.save(update_fields=["preview_state"])
            return
    name = f"preview/{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}.{extension}"
    file.preview = default_storage.save(name, ContentFile(data))
    file.preview_state = StoredFile.PreviewState.READY
    file.save(update_fields=["preview", "preview_state"])


def safe_copy(original: IO[bytes], content_type: str) -> tuple[bytes, str]:
    """The picture upright, at most 2000 pixels a side, as new bytes, with the extension of their format.

    Nothing but pixels survives: no metadata, no profile, no trailing data. PNG where there is transparency, else JPEG.
    Raises DomainError, OSError, SyntaxError or ValueError for what cannot be decoded within the limits.
    """
    picture = identify.open_picture(original, content_type)
    picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))  # a JPEG is decoded near the wanted size
    picture.load()
    if picture.mode == "P":
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    mode, encoding, extension = ("RGBA", "PNG", "png") if _shows_through(upright) else ("RGB", "JPEG", "jpg")
    pixels = Image.new(mode, upright.size)
    pixels.paste(upright.convert(mode))
    out = io.BytesIO()
    pixels.save(out, encoding, quality=_QUALITY)
    return out.getvalue(), extension


def _shows_through(picture: Image.Image) -> bool:
    if not picture.has_transparency_data:
        return False
    opacity = picture.convert("RGBA").getchannel("A").histogram()
    return sum(opacity[:255]) > 0
