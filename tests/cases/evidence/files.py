"""Files as customers and attackers send them."""

import io
import struct
import zipfile
import zlib

from PIL import Image

from cases.evidence.pipeline.receive import Upload


def picture(size=(60, 40), *, kind="JPEG", color=(200, 30, 30), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, color).save(out, kind, **options)
    return out.getvalue()


def photo_with_place():
    """A JPEG taken sideways at a known place: orientation 6, GPS, maker."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 46.0, 36.0), 3: "E", 4: (106.0, 42.0, 0.0)})
    return picture((80, 40), exif=exif.tobytes())


def bomb_png(width=30_000, height=30_000):
    """A PNG of a few hundred bytes that claims 900 megapixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def heic(cut=0):
    """The boxes of a HEIC file around bytes nobody decodes here."""
    boxes = struct.pack(">I", 24) + b"ftypheic" + b"\0\0\0\0" + b"mif1heic"
    boxes += struct.pack(">I", 108) + b"mdat" + bytes(100)
    return boxes[: len(boxes) - cut]


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x" * 100)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
DOCX = archive("[Content_Types].xml", "word/document.xml")
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body onload=alert(1)>"
GIF_SCRIPT = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1);"
EXE = b"MZ\x90\x00" + bytes(60) + b"PE\0\0" + bytes(200)
MAIL = b"From: an@khach.example\r\nSubject: Bien lai\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n\r\nXin chao\r\n"


def upload(data, filename="anh.jpg", content_type="image/jpeg"):
    return Upload.of_bytes(data, filename=filename, content_type=content_type)
