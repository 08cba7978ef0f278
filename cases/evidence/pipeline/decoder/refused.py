"""Why a file is not taken, as codes; `..identify` has the words."""

from enum import StrEnum


class Why(StrEnum):
    BROKEN = "broken"
    PIXELS = "pixels"
    FRAMES = "frames"
    PAGES = "pages"
    ENCRYPTED = "encrypted"
    PROGRAM = "program"
    EMBEDDED = "embedded"


class Refused(Exception):
    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Died(Refused):
    """Nobody said anything of the file: the decoder ended without a word, or took too long. That may be the file, and may be a
    machine that was busy, or a worker that lacks something."""

    def __init__(self) -> None:
        super().__init__(Why.BROKEN)
