"""Seals what the storage keeps with the key that new files are sealed with."""

from django.core.management.base import BaseCommand, CommandError

from cskh.core import vault
from cskh.core.errors import DomainError
from cskh.management.kept_files import kept_files, kept_rows, seal_row


class Command(BaseCommand):
    help = (
        "Seals every kept file that lies plain, or is sealed with a former key, with the first of STORAGE_KEYS; so it does what "
        "came in raw and files on their way, which lie in the database. May be stopped, repeated, and run while people work. "
        "What is not what came in stays as it lies, and is named."
    )

    def handle(self, *args: object, **options: object) -> None:
        done = left = 0
        for name, sha256 in kept_files():
            try:
                if not vault.is_up_to_date(name):
                    vault.seal(name, sha256=sha256)
                    done += 1
            except (FileNotFoundError, DomainError) as error:
                left += 1
                self.stderr.write(f"{name}: {'not there' if isinstance(error, FileNotFoundError) else error}")
        for row in kept_rows():
            try:
                done += seal_row(row)
            except DomainError as error:
                left += 1
                self.stderr.write(f"{row.place}: {error}")
        if left:
            raise CommandError(f"{done} files sealed anew, {left} could not be.")
        self.stdout.write(f"{done} files sealed anew. All are sealed with the first key now.")
