"""A real clamd for tests, with signatures of their own; reported as not run where it is not installed."""

import shutil
import signal
import socket

import pytest

from cskh.embedded.process import Child, Service, wait_until_ready

# Spelled in two halves, so that no scanner takes this file for the thing itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """One on a socket of its own that knows the EICAR test file, plain and inside others."""

    def __init__(self, program, folder):
        self.socket = folder / "clamd.sock"
        self.address = f"unix://{self.socket}"
        signatures, temporary = folder / "signatures", folder / "tmp"
        for path in (signatures, temporary):
            path.mkdir()
        (signatures / "local.ndb").write_text(f"Local.Eicar.Test:0:*:{EICAR.hex()}\n")
        settings = folder / "clamd.conf"
        settings.write_text(
            f"DatabaseDirectory {signatures}\nTemporaryDirectory {temporary}\nLocalSocket {self.socket}\n"
            "Foreground yes\nUser root\nCommandReadTimeout 5\n"
        )
        argv = [program, "--config-file", str(settings)]
        self.child = Child(Service(name="clamd", argv=argv, log=folder / "clamd.log"))

    def start(self):
        self.socket.unlink(missing_ok=True)
        self.child.start()
        wait_until_ready(self.child, self._answers, 60)

    def kill(self):
        self.child.process.kill()
        self.child.process.wait()

    def stand_still(self):
        """Whoever asks waits."""
        self.child.process.send_signal(signal.SIGSTOP)

    def _answers(self):
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"zPING\0")
                return line.recv(16) == b"PONG\0"
        except OSError:
            return False


@pytest.fixture
def clamd(tmp_path_factory, settings):
    """A running scanner that the product is told of."""
    program = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed")
    server = Clamd(program, tmp_path_factory.mktemp("clamd"))
    server.start()
    settings.CLAMD = server.address
    yield server
    server.child.wait_stopped(0)
