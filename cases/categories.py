"""The categories as people choose among them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cskh.core.text import alphabetical

from .models import Category

# How the field is called that a classification of a case may need which somebody has already.
SUMMARY_IF_IT_MOVES = _("Summary (needed where the case goes to another department)")


def reasons() -> QuerySet[Category]:
    """What a case can be about, with their topics."""
    return Category.objects.filter(parent__isnull=False, is_active=True).select_related("parent")


def public_reasons() -> QuerySet[Category]:
    """Those that customers are offered: none of a topic that is switched off."""
    return reasons().filter(parent__is_active=True)


def in_order(found: Iterable[Category]) -> list[Category]:
    """By topic, then by reason, as a dictionary of the language in use has their names."""
    return sorted(found, key=lambda reason: (alphabetical(str(reason.parent)), alphabetical(str(reason))))


def category_choices() -> list[Any]:
    """The reasons below their topics, each with the department it leads to. One query."""
    topics: dict[str, list[tuple[int, str]]] = {}
    for reason in in_order(reasons().select_related("department")):
        topics.setdefault(str(reason.parent), []).append((reason.pk, f"{reason} → {reason.department}"))
    return [("", "---------"), *topics.items()]
