"""`bin/benchmark`: fills a database with many cases, then measures each door against raw SQL for the same rows."""

import argparse
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.test")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/benchmark", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--messages-per-case", type=int, default=3)
    wanted = parser.parse_args()

    import django

    django.setup()
    from django.core.management import call_command

    from . import data, lists, opening, sweep

    call_command("migrate", verbosity=0)
    began = time.monotonic()
    data.fill(wanted.cases, wanted.messages_per_case)
    print(f"{wanted.cases:,} cases and {wanted.cases * wanted.messages_per_case:,} messages", end=" ")
    print(f"in {time.monotonic() - began:.0f} s\n")
    print(f"{'what':<34}{'queries':>8}{'ours p50':>12}{'raw SQL':>12}{'ratio':>8}")
    for part in (opening, lists, sweep):
        for result in part.results():
            print(result)


if __name__ == "__main__":
    main()
