"""Mail boxes on disk: a folder an address, a folder a mail folder in it, a file a message."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

SENT = "Sent"  # the folder of what one has sent oneself
_ADDRESS = re.compile(r"[^@\s/]+@[^@\s/]+")
_FILE = re.compile(r"(\d+),([a-zA-Z]*)\.eml")


def bare_address(text: str) -> str:
    """The address in lower case; ValueError for what is none."""
    address = text.strip().strip("<>").lower()
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"no mail address: {text!r}")
    return address


@dataclass(frozen=True)
class StoredMail:
    """One message file. `flags` are the letters of the Maildir convention (S seen, R answered, F flagged, T deleted, D draft)."""

    uid: int
    flags: str
    path: Path

    @property
    def received_at(self) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def read(self) -> bytes:
        return self.path.read_bytes()


class Folder:
    """One mail folder. One process writes, any may read, and reading makes nothing on disk.

    File names `<uid>,<flags>.eml` carry what IMAP must remember.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._last = max((mail.uid for mail in self.mails()), default=0)

    @property
    def uid_validity(self) -> int:
        """Stays the same as long as the uids mean the same messages."""
        path = self.path / "uidvalidity"
        if not path.exists():
            self.path.mkdir(parents=True, exist_ok=True)
            path.write_text(str(int(time.time())))
        return int(path.read_text())

    @property
    def last_uid(self) -> int:
        """The highest uid ever given, also when that message is gone."""
        path = self.path / "lastuid"
        return max(self._last, int(path.read_text()) if path.exists() else 0)

    def mails(self) -> Iterator[StoredMail]:
        """In order of arrival."""
        if not self.path.is_dir():
            return iter(())
        found = ((_FILE.fullmatch(path.name), path) for path in self.path.iterdir())
        mails = (StoredMail(int(match[1]), match[2], path) for match, path in found if match)
        return iter(sorted(mails, key=lambda mail: mail.uid))

    def add(self, uid: int, raw: bytes, flags: str, received_at: datetime) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        fresh = self.path / f"{uid}.new"
        with fresh.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.utime(fresh, (received_at.timestamp(),) * 2)
        fresh.rename(self.path / f"{uid},{flags}.eml")
        self._last = max(self._last, uid)

    def flag(self, uid: int, flags: str) -> None:
        for path in self._files(uid):
            path.rename(path.with_name(f"{uid},{flags}.eml"))

    def remove(self, uid: int) -> None:
        (self.path / "lastuid").write_text(str(self.last_uid))
        for path in self._files(uid):
            path.unlink()

    def _files(self, uid: int) -> list[Path]:
        return list(self.path.glob(f"{uid},*.eml"))


class MailStore:
    """All mail boxes under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, address: str, name: str = "INBOX") -> Folder:
        return Folder(self.root / quote(bare_address(address), safe="@+") / quote(name, safe=""))

    def folder_names(self, address: str) -> list[str]:
        box = self.root / quote(bare_address(address), safe="@+")
        return sorted(unquote(path.name) for path in box.iterdir() if path.is_dir()) if box.is_dir() else []

    def addresses(self) -> list[str]:
        """Every address that has ever had mail."""
        return sorted(unquote(path.name) for path in self.root.iterdir()) if self.root.is_dir() else []
