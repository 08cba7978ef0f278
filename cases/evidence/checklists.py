"""Versions of checklists: a draft is made from what is in force, changed, and published; what was published stays readable."""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.models import User
from cases.fair_words import ACCUSES, accuses
from cases.models import Category
from cases.no_payment import ASKS_FOR_MONEY, asks_to_pay, thing_asks_to_pay
from cskh.core.errors import Conflict, Invalid

from .models import Checklist, ChecklistItem


def in_force(category: Category) -> Checklist | None:
    """The version that cases classified now get."""
    return Checklist.objects.filter(category=category, number=category.checklist_number).first()


def shipped_for(category: Category) -> list[ChecklistItem]:
    """What this software comes with for a category of that slug, as entries to begin a draft with."""
    entries: list[ChecklistItem] = import_string(settings.SHIPPED_CHECKLISTS)(category.slug)
    return entries


def begin_draft(category: Category, *, note: str = "", entries: Iterable[ChecklistItem] | None = None) -> Checklist:
    """A new version to be changed, with these `entries`, else with those of the version in force.

    Raises Conflict where one is begun already.
    """
    with transaction.atomic():
        held = Category.objects.select_for_update().get(pk=category.pk)
        if held.checklists.filter(published_at__isnull=True).exists():
            raise Conflict(_("A draft of this checklist exists already. Change or publish that one."))
        last = held.checklists.aggregate(last=Max("number"))["last"] or 0
        draft = Checklist.objects.create(category=held, number=last + 1, note=note)
        _fill(draft, entries if entries is not None else _entries_in_force(held))
    return draft


def publish(draft: Checklist, *, by: User | None = None) -> None:
    """From now on cases are classified under this version; those that are there keep theirs.

    Raises Conflict on a second time, and Invalid where an entry asks customers for money or accuses them.
    """
    with transaction.atomic():
        category = Category.objects.select_for_update().get(pk=draft.category_id)
        draft.refresh_from_db(fields=["published_at"])
        if not draft.is_draft:
            raise Conflict(_("This version is published already."))
        _require_fit_to_read(draft)
        draft.published_at, draft.published_by = timezone.now(), by
        draft.save()
        category.checklist_number = draft.number
        category.save(update_fields=["checklist_number"])


def _require_fit_to_read(draft: Checklist) -> None:
    for entry in draft.items.all():
        for name, why, formats, example, otherwise in (
            (entry.name_vi, entry.why_vi, entry.formats_vi, entry.example_vi, entry.otherwise_vi),
            (entry.name_en, entry.why_en, entry.formats_en, entry.example_en, entry.otherwise_en),
        ):
            if thing_asks_to_pay(name, why) or asks_to_pay(f"{formats}\n{example}\n{otherwise}"):
                raise Invalid(_("“%(name)s”: %(problem)s") % {"name": name, "problem": ASKS_FOR_MONEY})
            if entry.is_asked_of_customers and accuses("\n".join((name, why, formats, example, otherwise))):
                raise Invalid(_("“%(name)s”: %(problem)s") % {"name": name, "problem": ACCUSES})


def _entries_in_force(category: Category) -> Iterable[ChecklistItem]:
    source = in_force(category)
    return source.items.all() if source else ()


def _fill(draft: Checklist, entries: Iterable[ChecklistItem]) -> None:
    copies = list(entries)
    for entry in copies:
        entry.pk, entry.checklist = None, draft
        entry._state.adding = True
    ChecklistItem.objects.bulk_create(copies)
