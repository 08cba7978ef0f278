"""The data folder: who holds it, where sockets go, and the keys it keeps."""

import base64
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from .process import LaunchError

_SOCKET_PATH_BYTES = (
    100  # the kernel's limit is 107 with the closing NUL; PostgreSQL adds ".s.PGSQL.5432.lock" to the folder
)
_LONGEST_NAME = ".s.PGSQL.5432"


def default_data_path() -> Path:
    """CSKH_DATA, or `var` beside manage.py."""
    return Path(os.environ.get("CSKH_DATA") or Path(__file__).resolve().parents[2] / "var").absolute()


class DataFolder:
    """A folder that one launcher at a time may use; the lock goes with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: int | None = None

    def __enter__(self) -> Self:
        self.path.mkdir(parents=True, exist_ok=True)
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock, 20).decode(errors="replace").strip()
            os.close(lock)
            raise LaunchError(
                f"CSKH is already running with the data folder {self.path} (process {holder or 'unknown'}).\n"
                "Stop it first, or name another folder: CSKH_DATA=/some/folder"
            ) from None
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        self._lock = lock
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def socket_folder(self) -> Path:
        """A private folder (0700) for unix sockets: `run` in the data folder, or a short one where that path is too long."""
        inside = self.path / "run"
        if len(os.fsencode(inside / _LONGEST_NAME)) <= _SOCKET_PATH_BYTES and re.fullmatch(
            r"[\w/.-]+", str(inside), re.ASCII
        ):
            folder = inside
        else:
            name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
            folder = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()) / f"cskh-{os.getuid()}-{name}"
        make_private(folder)
        return folder

    def publish(self, environment: dict[str, str]) -> None:
        """Keeps (0600) what programs beside the running ones need."""
        self._write("environment.json", json.dumps(environment, indent=1))

    def withdraw(self) -> None:
        (self.path / "environment.json").unlink(missing_ok=True)

    def published(self) -> dict[str, str]:
        """What the launcher that holds this folder has published; LaunchError when none does."""
        try:
            with DataFolder(self.path):
                self.withdraw()  # nobody holds the folder: what is there was left by a kill
        except LaunchError:
            try:
                return dict(json.loads((self.path / "environment.json").read_text()))
            except FileNotFoundError:
                raise LaunchError(
                    "CSKH is starting or stopping. Try again when bin/up says that it is ready."
                ) from None
        raise LaunchError(f"Nothing is running with the data folder {self.path}. Start it first: bin/up")

    def secret_key(self) -> str:
        """The installation's SECRET_KEY, made at the first call and kept (0600)."""
        return self._made_once("secret_key", lambda: secrets.token_urlsafe(50))

    def storage_key(self) -> str:
        """What kept files are sealed with (STORAGE_KEYS), in the same way: without it they are lost."""
        return self._made_once("storage_key", lambda: base64.b64encode(secrets.token_bytes(32)).decode())

    def _made_once(self, name: str, make: Callable[[], str]) -> str:
        path = self.path / name
        if not path.exists():
            self._write(name, make())
        return path.read_text()

    def _write(self, name: str, text: str) -> None:
        fresh = self.path / f"{name}.new"
        fresh.touch(0o600)
        with fresh.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())  # a key that a power cut takes is lost with everything it has sealed
        fresh.rename(self.path / name)


def make_private(folder: Path) -> None:
    """Makes the folder 0700 and refuses one that somebody else has put there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise LaunchError(
            f"{folder} belongs to somebody else; remove it, or set XDG_RUNTIME_DIR to a folder of your own."
        )
    folder.chmod(0o700)


@contextmanager
def throwaway_folder(parent: Path) -> Iterator[DataFolder]:
    """A new data folder under `parent`, removed at the end; those of launchers that were killed are removed on the way."""
    parent.mkdir(parents=True, exist_ok=True)
    with (parent / "test.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)  # nobody may sweep a folder that has been made but not locked yet
        for left_over in parent.glob("test-*"):
            _remove_if_unused(left_over)
        data = DataFolder(Path(tempfile.mkdtemp(prefix="test-", dir=parent)))
        data.__enter__()
    try:
        yield data
    finally:
        shutil.rmtree(data.path, ignore_errors=True)
        data.__exit__(None, None, None)


def _remove_if_unused(folder: Path) -> None:
    try:
        with DataFolder(folder):
            shutil.rmtree(folder, ignore_errors=True)
    except LaunchError:
        pass
