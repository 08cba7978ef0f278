"""Checks to make: one of us says that they made one, perhaps with a note, and takes it back where that was wrong."""

from django.utils.translation import gettext as _

from accounts.actors import Actor
from cases import policies
from cases.events import EventKind, record
from cases.evidence import queries
from cases.evidence.models import FactEntry
from cases.evidence.queries import CheckToMake
from cases.models import Case
from cases.states import Step
from cskh.core.errors import Conflict, Invalid, NotPermitted, StepNotAllowed
from cskh.core.text import one_line

from . import resolution
from ._take_step import change_case

_MAX_NOTE = 300


def make_check(case: Case, *, actor: Actor, check: str, note: str = "") -> FactEntry:
    """Says that `actor`, a person, made the check (its slug). Raises Conflict where it is made already."""
    with change_case(case) as held:
        found = _check(held, actor, check)
        if found.made is not None:
            raise Conflict(_("This check is made already."))
        return _note(held, found, FactEntry.Kind.MADE, EventKind.CHECK_MADE, actor=actor, note=note)


def take_back_check(case: Case, *, actor: Actor, check: str, note: str = "") -> FactEntry:
    """It has to be made again: what was made stays on record, what was approved on it does not stand any more.

    Raises Conflict where it is not made.
    """
    with change_case(case) as held:
        found = _check(held, actor, check)
        if found.made is None:
            raise Conflict(_("This check is not made, or was taken back already."))
        resolution.take_back_approval(held)
        return _note(held, found, FactEntry.Kind.TAKEN_BACK, EventKind.CHECK_TAKEN_BACK, actor=actor, note=note)


def _check(held: Case, actor: Actor, slug: str) -> CheckToMake:
    """The check of the locked case, for a person who may work on its evidence while it is open."""
    policies.require(actor, Step.REQUEST_EVIDENCE, held)
    if not held.is_open:
        raise StepNotAllowed(_("The case is closed. Reopen it to check evidence."))
    if not actor.is_staff:
        raise NotPermitted(_("A person makes checks, and is named."))
    found = next((one for one in queries.file_of(held).checks if one.entry.slug == slug), None)
    if found is None:
        raise Invalid(errors={"check": [_("This is not on the checklist of the category.")]})
    return found


def _note(
    held: Case, check: CheckToMake, kind: FactEntry.Kind, event: EventKind, *, actor: Actor, note: str
) -> FactEntry:
    words = one_line(note)[:_MAX_NOTE]
    entry = FactEntry.objects.create(
        case=held, slug=check.entry.slug, kind=kind, statement=words, by_kind=actor.kind, by_id=actor.id
    )
    record(held, event, actor=actor, words=words, made_check=check.entry.slug, entry=entry.pk)
    return entry
