"""`manage.py beside_up -- COMMAND…`: runs a command against the installation that `up` is running (see bin/manage)."""

import os
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cskh.embedded.folders import DataFolder, default_data_path
from cskh.embedded.process import LaunchError


class Command(BaseCommand):
    help = "Runs COMMAND with the database, keys and addresses of the running `up` in its environment."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("command", nargs=REMAINDER, metavar="-- COMMAND")

    def handle(self, *args: Any, **options: Any) -> None:
        command = options["command"][1:] if options["command"][:1] == ["--"] else options["command"]
        if not command:
            raise CommandError("Say what to run: manage.py beside_up -- COMMAND")
        try:
            published = DataFolder(default_data_path()).published()
            os.execvpe(command[0], command, {**os.environ, **published})  # noqa: S606 - running it is the purpose
        except LaunchError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Cannot run {command[0]}: {error.strerror}") from error
