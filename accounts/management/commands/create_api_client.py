"""`manage.py create_api_client NAME --scope …`: a key for a program of the operator, printed once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import ApiClient, Scope

_ALL = "all"


class Command(BaseCommand):
    help = "Makes an API client and prints its key, which is shown this once and kept only as a hash.\nScopes: " + (
        ", ".join(f"{scope.value} ({scope.label})" for scope in Scope) + ", all."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=[*Scope.values, _ALL],
            dest="scopes",
            help="What the client may do; repeat it for several.",
        )

    def handle(self, *args: Any, name: str, scopes: list[str], **options: Any) -> None:
        if ApiClient.objects.filter(name=name).exists():
            raise CommandError(f"There is an API client named {name!r} already.")
        chosen = Scope.values if _ALL in scopes else list(dict.fromkeys(scopes))
        _client, key = ApiClient.objects.create_with_key(name, chosen)
        self.stdout.write(key)
