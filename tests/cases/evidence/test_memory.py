"""How much memory it takes to say what a file is: the sender decides neither by its size nor by its sort."""

import subprocess
import sys

import pytest
from django.conf import settings

from .files import picture

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


@pytest.mark.skipif(sys.platform != "linux", reason="The peak of one process is read from /proc")
@pytest.mark.parametrize("kind", PICTURES)
def test_forty_megapixels_are_named_in_little_memory(kind, tmp_path):
    path = tmp_path / "large"
    path.write_bytes(PICTURES[kind]())
    done = subprocess.run(
        [sys.executable, "-c", _ASK, str(path)], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    content_type, kilobytes = done.stdout.split()
    assert content_type.startswith("image/")
    assert int(kilobytes) < 40_000
