"""Evidence: how many items a worker examines, hashing against plain reading, and the memory of one upload."""

import hashlib
import io
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable

import pillow_heif
from django.conf import settings
from PIL import Image, ImageDraw
from pypdf import PdfWriter

from accounts.actors import Actor
from accounts.customers.directory import Person
from cases.evidence.pipeline.receive import Upload, receive
from cases.models import Case
from cases.states import Channel
from cases.tasks import examine_file
from cases.workflow import evidence
from cases.workflow.opening import Matter
from channels_app import intake
from cskh.defaults.load import load

_ITEMS = 12  # of each sort
_READ = 200 * 1024 * 1024
_CHUNK = 64 * 1024
_ROUNDS = 5


def report() -> None:
    load()
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        print(f"\n{'evidence, one worker':<34}{'taken in':>12}{'examined':>12}{'a minute':>10}")
        for name, make in _SORTS.items():
            print(_of_sort(name, make))
        print(_hashing(folder))
        print(_memory())


def _of_sort(name: str, make: Callable[[int], bytes]) -> str:
    """What one item takes at the door and in the worker, medians; and how many one worker examines a minute."""
    taken, examined = [], []
    for number in range(_ITEMS):
        case, data = _case(), make(number)
        began = time.perf_counter()
        item = evidence.submit_evidence(
            case,
            actor=Actor.customer(case.customer),
            channel=Channel.WEB,
            upload=Upload.of_bytes(data, filename="a"),
        )
        taken.append(time.perf_counter() - began)
        began = time.perf_counter()
        examine_file(item.file_id)
        examined.append(time.perf_counter() - began)
    door, worker = statistics.median(taken), statistics.median(examined)
    label = f"{name}, {len(data) // 1024} kB"
    return f"{label:<34}{door * 1e3:>9.0f} ms{worker * 1e3:>9.0f} ms{60 / worker:>10.0f}"


def _case() -> Case:
    return intake.open_request(
        Matter(subject="Nạp tiền"),
        actor=Actor.system("intake"),
        channel=Channel.WEB,
        body="Chưa vào",
        person=Person(name="An", email="an@khach.example"),
    )


def _receipt(number: int) -> Image.Image:
    """A screenshot of a bank's receipt; no two are the same."""
    shot = Image.new("RGB", (1080, 2340), "white")
    draw = ImageDraw.Draw(shot)
    for line in range(40):
        draw.text((60, 60 + line * 55), f"Mã giao dịch FT{number:05d}{line:05d}", fill="black", font_size=36)
    return shot


def _encoded(kind: str, **options: object) -> Callable[[int], bytes]:
    def make(number: int) -> bytes:
        out = io.BytesIO()
        _receipt(number).save(out, kind, **options)
        return out.getvalue()

    return make


def _photo(number: int) -> bytes:
    """12 megapixels of noise over a receipt, as a camera sees it."""
    out = io.BytesIO()
    noise = Image.effect_noise((4000, 3000), 40).convert("RGB")
    noise.paste(_receipt(number).resize((1000, 2160)), (500, 200))
    noise.save(out, "JPEG", quality=70)
    return out.getvalue()


def _heic(number: int) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(_receipt(number)).save(out)
    return out.getvalue()


def _document(number: int) -> bytes:
    out, writer = io.BytesIO(), PdfWriter()
    pages = [_receipt(number * 3 + page) for page in range(3)]
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:])
    writer.append(io.BytesIO(out.getvalue()))
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


_SORTS: dict[str, Callable[[int], bytes]] = {
    "screenshot, PNG": _encoded("PNG"),
    "screenshot, JPEG": _encoded("JPEG", quality=85),
    "photo, 12 megapixels": _photo,
    "screenshot, HEIC": _heic,
    "document of 3 pages": _document,
    "words in a file": lambda number: f"FT{number}".encode() * 100,
}


def _hashing(folder: str) -> str:
    """A file read from the disk, and read and hashed, in turn; the page cache is told to forget it before each."""
    path = os.path.join(folder, "large")
    with open(path, "wb") as file:
        for _ in range(_READ // (1024 * 1024)):
            file.write(os.urandom(1024 * 1024))
        os.fsync(file.fileno())
    plain, hashed = [], []
    for _ in range(_ROUNDS):
        plain.append(_seconds(path, lambda chunk: None))
        hashed.append(_seconds(path, hashlib.sha256().update))
    os.unlink(path)
    disk, ours = (_READ / statistics.median(times) / 1e6 for times in (plain, hashed))
    return f"\nhashing {ours:.0f} MB/s, the disk alone {disk:.0f} MB/s: {disk / ours:.1f} times as long"


def _seconds(path: str, use: Callable[[bytes], object]) -> float:
    with open(path, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        began = time.perf_counter()
        while chunk := file.read(_CHUNK):
            use(chunk)
        return time.perf_counter() - began


def _memory() -> str:
    """The most that taking one file in allocates, besides the bytes of its sender."""
    peaks = {}
    for megabytes in (1, 1, 10):  # the first fills what is loaded once
        stream = io.BytesIO(b"a" * (megabytes * 1024 * 1024 - 1))
        tracemalloc.start()
        receive(Upload(filename="a.txt", stream=stream), room=10**9)
        peaks[megabytes] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return f"memory of one upload: 1 MB {peaks[1] // 1024} kB, 10 MB {peaks[10] // 1024} kB"
