"""`up`: the whole product on this machine, until somebody stops it."""

import signal
import time
import urllib.error
import urllib.request

from .folders import DataFolder
from .installation import Installation, Wanted
from .ports import is_free
from .process import LaunchError
from .servers import running_servers
from .stopping import Stop, stop_on_signals
from .supervisor import Console, Supervisor

_READY_SECONDS = 120  # a slow machine at its first start


def run(wanted: Wanted, console: Console) -> None:
    """Starts everything, says where it is, keeps it running until a signal stops it; LaunchError when it cannot start."""
    stop_on_signals(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    began = time.monotonic()
    try:
        if not is_free(wanted.host, wanted.port):
            raise LaunchError(
                f"Port {wanted.port} on {wanted.host} is in use (or not allowed). "
                f"Choose another one: bin/up --port {wanted.port + 1}"
            )
        with DataFolder(wanted.data) as data, running_servers(data, console.say) as servers:
            supervisor = Supervisor(console)
            for server in servers.children:
                supervisor.watch(server)
            installation = Installation(wanted, data, servers.environment)
            try:
                _start(installation, supervisor, console)
                data.publish(installation.own_environment)
                console.say(
                    f"\nCSKH is ready after {time.monotonic() - began:.0f} s. Its data is kept in {data.path}\n"
                )
                console.say(installation.where_things_are())
                supervisor.run()
            finally:
                data.withdraw()
                console.say("Stopping …")
                supervisor.stop()
    except Stop:
        console.say("Everything is stopped.")


def _start(installation: Installation, supervisor: Supervisor, console: Console) -> None:
    mail = installation.mail()
    if mail:
        supervisor.start(mail)
    supervisor.finish(installation.prepare())
    console.say("Starting web, worker and beat …")
    web = installation.web()
    for child in (web, installation.worker(), installation.file_worker(), installation.beat()):
        supervisor.start(child)
    supervisor.wait_until(lambda: _answers(f"{installation.wanted.address}/healthz"), web, _READY_SECONDS)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - an http address made here
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
