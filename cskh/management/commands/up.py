"""`manage.py up`: runs everything on this machine; `bin/up` makes the environment first."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cskh.embedded.folders import default_data_path
from cskh.embedded.installation import Wanted
from cskh.embedded.process import LaunchError
from cskh.embedded.supervisor import Console
from cskh.embedded.up import run


class Command(BaseCommand):
    help = "Runs servers, web, worker and beat with demo data. The data is kept in CSKH_DATA (default: ./var)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets other machines in")
        parser.add_argument(
            "--no-demo", action="store_false", dest="demo", help="no demo data, logins and mail servers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = Wanted(default_data_path(), host=options["host"], port=options["port"], demo=options["demo"])
        try:
            run(wanted, Console())
        except LaunchError as error:
            raise CommandError(str(error)) from error
