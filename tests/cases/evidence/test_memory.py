"""How much memory it takes to say what a file is: the sender decides neither by its size nor by its sort."""

import subprocess
import sys

import pytest
from django.conf import settings

from cases.evidence.pipeline import mails

from .files import MAIL, picture

_FORTY_MEGAPIXELS = (8000, 5000)
_ASK = """
import sys, django
django.setup()
from cases.evidence.pipeline import identify

def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))

before = peak()
with open(sys.argv[1], "rb") as file:
    print(identify.content_type(file), peak() - before)
"""
PICTURES = {
    "progressive JPEG": lambda: picture(_FORTY_MEGAPIXELS, progressive=True, subsampling=0, quality=95),
    "JPEG": lambda: picture(_FORTY_MEGAPIXELS),
    "PNG": lambda: picture(_FORTY_MEGAPIXELS, kind="PNG"),
    "WebP": lambda: picture(_FORTY_MEGAPIXELS, kind="WEBP", lossless=True, method=0),
}
_AS_LARGE_AS_TAKEN = mails.MOST_BYTES - 1024


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="The peak of one process is read from /proc")


def named(data, tmp_path):
    """What the file is, and how many kilobytes it took to say so."""
    path = tmp_path / "large"
    path.write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _ASK, str(path)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    content_type, kilobytes = done.stdout.split()
    return content_type, int(kilobytes)


@pytest.mark.parametrize("kind", PICTURES)
def test_forty_megapixels_are_named_in_little_memory(kind, tmp_path):
    content_type, kilobytes = named(PICTURES[kind](), tmp_path)
    assert content_type.startswith("image/")
    assert kilobytes < 40_000


def test_the_largest_mail_is_named_in_little_memory(tmp_path):
    line = b"a" * 70 + b"\r\n"
    content_type, kilobytes = named(MAIL + line * ((_AS_LARGE_AS_TAKEN - len(MAIL)) // len(line)), tmp_path)
    assert content_type == "message/rfc822"
    assert kilobytes < 20_000
