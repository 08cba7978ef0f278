"""What cameras, programs and printers wrote into a file beside what it shows; where it was taken apart from the rest."""

from collections.abc import Mapping
from typing import IO, Any

from PIL import ExifTags, Image

from . import pictures

_LONGEST = 200
_CAMERA = {
    "maker": ExifTags.Base.Make,
    "model": ExifTags.Base.Model,
    "software": ExifTags.Base.Software,
    "changed_at": ExifTags.Base.DateTime,
}
_TAKEN = {"taken_at": ExifTags.Base.DateTimeOriginal, "taken_offset": ExifTags.Base.OffsetTimeOriginal}
_DOCUMENT = {"software": "/Creator", "producer": "/Producer", "created_at": "/CreationDate", "changed_at": "/ModDate"}
Found = dict[str, str]


def of_picture(file: IO[bytes], kind: str) -> tuple[Found, dict[str, float] | None]:
    """What stands in its EXIF (or a PNG's texts), and the place in degrees. Nothing where it cannot be read."""
    try:
        picture = pictures.opened(file, kind, most_pixels=2**62)
        exif = picture.getexif()
        taken = exif.get_ifd(ExifTags.IFD.Exif)
        found = {name: exif.get(tag) for name, tag in _CAMERA.items()}
        found |= {name: taken.get(tag) for name, tag in _TAKEN.items()}
        found["software"] = found["software"] or picture.info.get("Software")
        return _plain(found), _place(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except (pictures.Refused, *pictures.DAMAGED, Image.DecompressionBombError):
        return {}, None


def of_document(file: IO[bytes]) -> Found:
    """What its document information says, of what made it and when."""
    import pypdf

    try:
        said: Mapping[str, Any] = pypdf.PdfReader(file).metadata or {}
        return _plain({name: said.get(key) for name, key in _DOCUMENT.items()})
    except Exception:  # noqa: BLE001 - pypdf raises whatever a stranger's bytes lead it to; the pages are there all the same
        return {}


def _plain(found: Mapping[str, Any]) -> Found:
    """Short printable texts."""
    texts = {name: "".join(c for c in str(value) if c.isprintable()) for name, value in found.items() if value}
    return {name: text.strip()[:_LONGEST] for name, text in texts.items() if text.strip()}


def _place(gps: Mapping[int, Any]) -> dict[str, float] | None:
    try:
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps.get(ExifTags.GPS.GPSLatitudeRef) == "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180
    return {"latitude": latitude, "longitude": longitude} if is_on_earth else None


def _degrees(parts: Any, is_negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    value = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -value if is_negative else value
