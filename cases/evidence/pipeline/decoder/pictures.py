"""Pictures: opened within limits, and written anew."""

from pathlib import Path
from typing import IO

import PIL
from PIL import Image, ImageOps, UnidentifiedImageError

from .refused import Refused, Why

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
TOOL = f"Pillow {PIL.__version__}"
DAMAGED = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError, RuntimeError)
_HEIC = "image/heic"
_MOVING = ("image/png", "image/webp")  # in a JPEG further pictures are what telephones add to the one that is meant


def tool_for(kind: str) -> str:
    """What decodes pictures of that kind, with its version."""
    if kind != _HEIC:
        return TOOL
    import pillow_heif

    return f"{TOOL}, libheif {pillow_heif.libheif_version()}"


def opened(file: IO[bytes], kind: str, most_pixels: int) -> Image.Image:
    """The picture with its header read and nothing decoded yet. Raises Refused for more pixels than that, or frames."""
    file.seek(0)
    if kind == _HEIC:
        import pillow_heif  # to be had in the decoder only: it brings a library of its own

        pillow_heif.register_heif_opener()
    try:
        picture = Image.open(file, formats=[FORMATS[kind]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Why.PIXELS) from error
    if picture.width * picture.height > most_pixels:
        raise Refused(Why.PIXELS)
    if kind in _MOVING and getattr(picture, "n_frames", 1) > 1:
        raise Refused(Why.FRAMES)
    return picture


def check(file: IO[bytes], kind: str, most_pixels: int) -> None:
    """Reads the picture to its end. Raises Refused."""
    try:
        opened(file, kind, most_pixels).load()
    except DAMAGED as error:
        raise Refused(Why.BROKEN) from error


def write_anew(file: IO[bytes], kind: str, folder: Path, *, most_pixels: int, side: int, quality: int) -> list[str]:
    """The picture upright, at most `side` pixels a side, as a new file in `folder`; the names of what was written.

    Nothing but pixels survives: no metadata, no profile, no trailing data. Raises Refused.
    """
    try:
        picture = opened(file, kind, most_pixels)
        picture.draft("RGB", (side, side))  # a JPEG is decoded near the wanted size
        picture.load()
        if picture.mode == "P":
            picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        picture.thumbnail((side, side))
        return [saved(ImageOps.exif_transpose(picture), folder, 1, quality)]
    except DAMAGED as error:
        raise Refused(Why.BROKEN) from error


def saved(picture: Image.Image, folder: Path, number: int, quality: int) -> str:
    """Writes its pixels as that page: PNG where there is transparency, else JPEG. The name."""
    mode, encoding, extension = ("RGBA", "PNG", "png") if _shows_through(picture) else ("RGB", "JPEG", "jpg")
    pixels = Image.new(mode, picture.size)
    pixels.paste(picture.convert(mode))
    name = f"{number}.{extension}"
    pixels.save(folder / name, encoding, quality=quality)
    return name


def _shows_through(picture: Image.Image) -> bool:
    if not picture.has_transparency_data:
        return False
    opacity = picture.convert("RGBA").getchannel("A").histogram()
    return sum(opacity[:255]) > 0
