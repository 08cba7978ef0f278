"""`bin/benchmark`: fills a database with many cases, then measures each door against raw SQL for the same rows,
live chat against an echo over the same stack, and hashing of evidence against reading it. `--only reports` counts
millions of cases."""

import argparse
import os
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cskh.settings.test")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/benchmark", description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--messages-per-case", type=int, default=3)
    parser.add_argument("--visitors", type=int, default=500)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument("--processes", type=int, default=2, help="web processes that share the chats")
    parser.add_argument("--only", choices=["doors", "chat", "evidence", "reports"])
    wanted = parser.parse_args()

    import django

    django.setup()
    from django.core.management import call_command

    if _is_in_use():
        raise SystemExit("This database holds cases: bin/benchmark measures on servers of its own.")
    call_command("migrate", verbosity=0)
    parts = [wanted.only] if wanted.only else ["doors", "evidence", "chat"]
    if "doors" in parts:
        _doors(wanted.cases, wanted.messages_per_case)
    if "evidence" in parts:
        from . import evidence

        evidence.report()
    if "chat" in parts:
        from . import chat

        chat.report(chat.Load(visitors=wanted.visitors, agents=wanted.agents, processes=wanted.processes))
    if "reports" in parts:
        from . import reports

        reports.report(wanted.cases)


def _is_in_use() -> bool:
    """Whether somebody works with this database: filling it with made-up cases would ruin it."""
    from django.db import connection

    from cases.models import Case

    return Case._meta.db_table in connection.introspection.table_names() and Case.objects.exists()


def _doors(cases: int, messages_per_case: int) -> None:
    from . import data, lists, opening, sweep

    began = time.monotonic()
    data.fill(cases, messages_per_case)
    print(f"{cases:,} cases and {cases * messages_per_case:,} messages", end=" ")
    print(f"in {time.monotonic() - began:.0f} s\n")
    print(f"{'what':<34}{'queries':>8}{'ours p50':>12}{'raw SQL':>12}{'ratio':>8}")
    for part in (opening, lists, sweep):
        for result in part.results():
            print(result)


if __name__ == "__main__":
    main()
