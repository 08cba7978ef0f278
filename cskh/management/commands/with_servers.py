"""`manage.py with_servers -- COMMAND…`: runs a command with PostgreSQL and Valkey at hand."""

import os
import signal
import subprocess
import sys
from argparse import REMAINDER, ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cskh.embedded.folders import DataFolder, default_data_path, throwaway_folder
from cskh.embedded.process import LaunchError, bound_to_this_process
from cskh.embedded.servers import running_servers
from cskh.embedded.stopping import Stop, check_stop, stop_on_signals


class Command(BaseCommand):
    help = (
        "Starts PostgreSQL and Valkey (unless DATABASE_URL and REDIS_URL name servers), runs COMMAND with their addresses "
        "in its environment, stops them, and ends with COMMAND's exit code."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data", type=Path, help="keep the data in this folder (default: a folder removed at the end)"
        )
        parser.add_argument(
            "--not-durable", action="store_true", help="wait for no disk: for tests, whose data nobody needs afterwards"
        )
        parser.add_argument("command", nargs=REMAINDER, metavar="-- COMMAND")

    def handle(self, *args: Any, **options: Any) -> None:
        command = options["command"][1:] if options["command"][:1] == ["--"] else options["command"]
        if not command:
            raise CommandError("Say what to run: manage.py with_servers -- COMMAND")
        stop_on_signals(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        data: Path | None = options["data"]
        try:
            with (
                DataFolder(data) if data else throwaway_folder(default_data_path()) as folder,
                running_servers(folder, self._say, durable=not options["not_durable"]) as servers,
            ):
                code = _run(command, {**os.environ, **servers.environment, "CSKH_DATA": str(folder.path)})
        except LaunchError as error:
            raise CommandError(str(error)) from error
        except Stop as stop:
            code = stop.exit_code
        sys.exit(code)

    def _say(self, text: str) -> None:
        self.stderr.write(self.style.NOTICE(text))


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The exit code of `command`, run in the foreground; Ctrl-C is its business, SIGTERM and SIGHUP are passed on."""
    try:
        process = subprocess.Popen(  # noqa: S603 - running what was asked for is the purpose
            command, env=environment, preexec_fn=bound_to_this_process(signal.SIGTERM)
        )
    except OSError as error:
        raise CommandError(f"Cannot run {command[0]}: {error.strerror}") from error
    signal.signal(signal.SIGINT, lambda number, frame: None)  # the terminal sends it to the command as well
    while True:
        try:
            check_stop()
            code = process.wait(0.5)
            return code if code >= 0 else 128 - code
        except subprocess.TimeoutExpired:
            continue
        except Stop:
            process.terminate()
            _wait_or_kill(process)
            raise


def _wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
