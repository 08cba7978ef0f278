"""Makes the copy staff look at: pixels only, written anew. The original stays as it came."""

import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps

from cases.evidence.models import StoredFile

from . import identify

_LONGEST_SIDE = 2000  # pixels: enough to read a receipt
_QUALITY = 85


def can_have_preview(file: StoredFile) -> bool:
    return file.content_type in identify.PICTURES


def derive_preview(file: StoredFile) -> None:
    """Stores the preview of a picture, upright, without metadata, once. A file that is no picture has none.

    Raises what Pillow raises for a picture that cannot be decoded to its end (OSError, SyntaxError, ValueError).
    """
    if file.preview or not can_have_preview(file):
        return
    with default_storage.open(file.original.name) as original:
        picture = identify.open_picture(original, file.content_type)
        picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        data, extension = _encoded(upright)
    name = f"preview/{file.sha256[:2]}/{file.sha256[2:4]}/{file.sha256}.{extension}"
    file.preview = default_storage.save(name, ContentFile(data))
    file.save(update_fields=["preview"])


def _encoded(picture: Image.Image) -> tuple[bytes, str]:
    """Fresh pixels in a fresh file: PNG where there is transparency or a small palette, else JPEG."""
    transparent = picture.has_transparency_data
    pixels = picture.convert("RGBA" if transparent else "RGB")
    pixels.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    out = io.BytesIO()
    if transparent:
        clean.save(out, "PNG")
        return out.getvalue(), "png"
    clean.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue(), "jpg"
