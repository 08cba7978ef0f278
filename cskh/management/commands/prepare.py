"""`manage.py prepare`: brings database and static files up to date, as before every start of a new version."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Department
from cskh.settings.env import DATA_DIR


class Command(BaseCommand):
    help = "Migrates the database and collects static files; with --demo also loads the demo data."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo data (again: nothing is doubled)")

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        self._step(f"Database: {waiting} migrations to apply", lambda: call_command("migrate", verbosity=0))
        if not Department.objects.exists():
            self._step("Defaults of a new installation", lambda: call_command("load_defaults", stdout=StringIO()))
        self._step("Static files", lambda: call_command("collectstatic", interactive=False, verbosity=0))
        if options["demo"]:
            self._step("Demo data", self._load_demo)

    def _step(self, name: str, work: Callable[[], object]) -> None:
        self.stdout.write(f"{name} …")
        began = time.monotonic()
        work()
        self.stdout.write(f"{name}: done in {time.monotonic() - began:.1f} s")

    def _load_demo(self) -> None:
        """What `seed_demo` writes to its standard output (logins and the like) is kept for `up` to show at the end."""
        said = StringIO()
        call_command("seed_demo", stdout=said)
        path = DATA_DIR / "demo.txt"
        path.touch(0o600)
        path.write_text(said.getvalue())
