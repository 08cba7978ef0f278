"""Versions of the form: a draft is made from what is in force, changed, and published; what was published stays as it was."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cskh.core.errors import Conflict, Invalid

from .models import Criterion, ReviewForm


def in_force() -> ReviewForm | None:
    """What samples drawn now are reviewed by: the latest that was published."""
    return _published().first()


def number_in_force() -> Subquery:
    """Its number, for a list of versions: beside each of them, in the one query."""
    return Subquery(_published().values("number")[:1])


def _published() -> QuerySet[ReviewForm]:
    return ReviewForm.objects.filter(published_at__isnull=False).order_by("-number")


def begin_draft(*, note: str = "", criteria: Iterable[Criterion] | None = None) -> ReviewForm:
    """A new version to be changed, with these `criteria`, else with those in force. Raises Conflict where one is begun already."""
    with transaction.atomic():
        versions = list(ReviewForm.objects.select_for_update().order_by("-number"))
        if any(one.is_draft for one in versions):
            raise Conflict(_("A draft of the quality form exists already. Change or publish that one."))
        before = in_force()
        draft = ReviewForm.objects.create(
            number=versions[0].number + 1 if versions else 1,
            note=note,
            pass_percent=before.pass_percent if before else ReviewForm._meta.get_field("pass_percent").default,
        )
        copies = list(criteria if criteria is not None else before.criteria.all() if before else ())
        for one in copies:
            one.pk, one.form = None, draft
            one._state.adding = True
        Criterion.objects.bulk_create(copies)
    return draft


def publish(draft: ReviewForm, *, by: User | None = None) -> None:
    """Samples drawn from now on are reviewed by it. Raises Conflict on a second time, Invalid where it asks nothing."""
    with transaction.atomic():
        held = ReviewForm.objects.select_for_update().get(pk=draft.pk)
        if not held.is_draft:
            raise Conflict(_("This version is published already."))
        if not held.criteria.exists():
            raise Invalid(_("The form asks nothing yet. Add a criterion first."))
        held.published_at, held.published_by = timezone.now(), by
        held.save(update_fields=["published_at", "published_by"])
        draft.published_at, draft.published_by = held.published_at, by
