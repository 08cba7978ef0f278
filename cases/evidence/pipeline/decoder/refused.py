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
