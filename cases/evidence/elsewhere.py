"""The same file, or a picture that looks like it, in cases of other customers: a reason to look closer and never more.

Nothing is refused for it. People pass files on, families share accounts, and receipts of one bank look alike.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from accounts.actors import Actor
from cases import policies
from cases.models import Case

from .models import EvidenceItem, Resemblance


@dataclass
class Seen:
    """Cases of other customers: those the reader may see, and how many more there are."""

    cases: list[Case] = field(default_factory=list)
    hidden: int = 0

    def __bool__(self) -> bool:
        return bool(self.cases or self.hidden)


@dataclass
class Elsewhere:
    same: Seen = field(default_factory=Seen)
    alike: Seen = field(default_factory=Seen)


def elsewhere(items: Iterable[EvidenceItem], case: Case, actor: Actor) -> dict[int, Elsewhere]:
    """By file, of those of the items that turn up elsewhere. Two queries, and a third where something is found."""
    files = {item.file_id for item in items if item.file_id}
    if not files:
        return {}
    alike: dict[int, set[int]] = defaultdict(set)
    for one, other in Resemblance.objects.filter(one__in=files).values_list("one_id", "other_id"):
        alike[one].add(other)
    by_file = _cases_by_file(files.union(*alike.values()), case)
    if not by_file:
        return {}
    visible = {one.pk: one for one in policies.visible_to(actor).filter(pk__in=set().union(*by_file.values()))}
    found = {}
    for file in files:
        same = by_file.get(file, set())
        resembling = set().union(*(by_file.get(other, set()) for other in alike[file])) - same
        if same or resembling:
            found[file] = Elsewhere(_seen(same, visible), _seen(resembling, visible))
    return found


def _cases_by_file(files: Collection[int], case: Case) -> dict[int, set[int]]:
    """In which cases of other customers each of the files came in."""
    found: dict[int, set[int]] = defaultdict(set)
    items = EvidenceItem.objects.filter(file__in=files).exclude(case__customer=case.customer_id)
    for file, of_case in items.values_list("file_id", "case_id"):
        found[file or 0].add(of_case)
    return found


def _seen(cases: set[int], visible: dict[int, Case]) -> Seen:
    shown = [visible[pk] for pk in sorted(cases, reverse=True) if pk in visible]
    return Seen(shown, len(cases) - len(shown))
