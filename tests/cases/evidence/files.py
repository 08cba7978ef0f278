"""Files as customers and attackers send them."""

import io
import struct
import zipfile
import zlib
from functools import cache
from pathlib import PurePath

import pillow_heif
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from cases.evidence.pipeline import identify, receive, sandbox
from cases.evidence.pipeline.receive import Upload
from cskh.core import vault


def kept(name):
    """The content of a kept file, whose name there is its hash; with an ending where another came at the same moment."""
    with vault.opened(name, sha256=PurePath(name).stem.partition("_")[0]) as file:
        return file.read()


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


def with_thumbnail():
    """A JPEG that carries a smaller whole one, as cameras write it."""
    small = picture((20, 20))
    segment = b"Exif\0\0" + small
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + picture((300, 300))[2:]


def bomb_png(width=30_000, height=30_000):
    """A PNG of a few hundred bytes that claims 900 megapixels."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@cache
def heic(size=(60, 40), **options):
    """What an iPhone sends."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", size, (200, 30, 30))).save(out, **options)
    return out.getvalue()


def moving(kind):
    """A picture of two frames."""
    out, frames = io.BytesIO(), [Image.new("RGB", (60, 40), color) for color in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def pdf(pages=1, size=(300, 400), change=lambda writer: None):
    """A document of empty pages, after `change` was done to it."""
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(*size)
    change(writer)
    writer.write(out)
    return out.getvalue()


def action(kind, **details):
    """A `change` for `pdf`: something that happens when it is opened."""
    said = {NameObject("/S"): NameObject(f"/{kind}")}
    said |= {NameObject(f"/{key}"): TextStringObject(value) for key, value in details.items()}

    def change(writer):
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(said))

    return change


def on_the_page(kind, **details):
    """A `change` for `pdf`: the same behind a field of its first page, which no catalogue lists."""
    said = {NameObject("/S"): NameObject(f"/{kind}")}
    said |= {NameObject(f"/{key}"): TextStringObject(value) for key, value in details.items()}

    def change(writer):
        happens = DictionaryObject({NameObject("/O"): DictionaryObject(said)})
        writer.pages[0][NameObject("/AA")] = writer._add_object(happens)

    return change


def pdf_bomb(megabytes=400):
    """A page whose content is so much larger than the file says."""
    stream = zlib.compress(b"0 0 m 10 10 l S\n" * (megabytes * 1024 * 1024 // 16), 9)
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(stream) + stream + b"\nendstream",
    ]
    out, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
    )


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x" * 100)
    return out.getvalue()


PDF = pdf()
DOCX = archive("[Content_Types].xml", "word/document.xml")
SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body onload=alert(1)>"
GIF_SCRIPT = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1);"
EXE = b"MZ\x90\x00" + bytes(60) + b"PE\0\0" + bytes(200)
MAIL = b"From: an@khach.example\r\nSubject: Bien lai\r\nDate: Sun, 22 Nov 2026 10:00:00 +0700\r\n\r\nXin chao\r\n"


def upload(data, filename="anh.jpg", content_type="image/jpeg"):
    return Upload.of_bytes(data, filename=filename, content_type=content_type)


def looked_into(data, filename="anh.jpg", *, room=10**9):
    """Takes it in at the door and has it looked into behind it. Raises what its sender is told, at once or later."""
    received = receive.receive(upload(data, filename), room=room)
    if received.content_type in identify.LOOKED_INTO:
        with sandbox.on_disk(io.BytesIO(data)) as file:
            if why := identify.why_refused(file):
                raise identify.error_of(why)
    return received
