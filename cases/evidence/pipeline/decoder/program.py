"""`python -m cases.evidence.pipeline.decoder.program REQUEST <FILE`: prints what it found as JSON.

REQUEST is JSON as `..sandbox` writes it. Modules that decode are imported under the limits, and only those of the kind.
"""

import io
import json
import mmap
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from . import limits
from .refused import Refused

PDF = "application/pdf"


def main() -> None:
    limits.accept()
    request: dict[str, Any] = json.loads(sys.argv[1])
    do: Callable[..., dict[str, Any]] = _derive if request.pop("do") == "derive" else _check
    try:
        answer = do(_standard_input(), **request)
    except Refused as refused:
        answer = {"refused": refused.why}
    print(json.dumps(answer))  # noqa: T201 - this is the answer


def _standard_input() -> IO[bytes]:
    """It is a file that whoever asks reads too: nothing here may move their place in it."""
    with mmap.mmap(0, 0, access=mmap.ACCESS_READ) as data:
        return io.BytesIO(data[:])


def _check(file: IO[bytes], *, kind: str, most_pages: int, most_pixels: int) -> dict[str, Any]:
    if kind == PDF:
        from . import documents

        documents.check(file, most_pages)
    else:
        from . import pictures

        pictures.check(file, kind, most_pixels)
    return {}


def _derive(
    file: IO[bytes], *, kind: str, folder: str, most_pages: int, most_pixels: int, side: int, quality: int
) -> dict[str, Any]:
    from PIL import Image

    from . import likeness, metadata

    place = None
    if kind == PDF:
        from . import documents

        tool = documents.TOOL
        pages = documents.write_pages(file, Path(folder), most_pages=most_pages, side=side, quality=quality)
        found = metadata.of_document(file)
    else:
        from . import pictures

        found, place = metadata.of_picture(file, kind)
        tool = pictures.tool_for(kind)
        pages = pictures.write_anew(file, kind, Path(folder), most_pixels=most_pixels, side=side, quality=quality)
    with Image.open(Path(folder, pages[0])) as first:
        alike = likeness.of(first)
    return {"pages": pages, "tool": tool, "metadata": found, "place": place, "likeness": alike}


if __name__ == "__main__":
    main()
