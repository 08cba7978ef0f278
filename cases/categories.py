"""The categories as people choose among them."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .models import Category

# How the field is called that a classification of a case may need which somebody has already.
SUMMARY_IF_IT_MOVES = _("Summary (needed where the case goes to another department)")


def reasons() -> QuerySet[Category]:
    """What a case can be about, with their topics."""
    return Category.objects.filter(parent__isnull=False, is_active=True).select_related("parent")


def public_reasons() -> QuerySet[Category]:
    """Those that customers are offered: none of a topic that is switched off."""
    return reasons().filter(parent__is_active=True)


def category_choices() -> list[Any]:
    """The reasons below their topics, each with the department it leads to. One query."""
    topics: dict[str, list[tuple[int, str]]] = {}
    for reason in sorted(reasons().select_related("department"), key=lambda reason: (str(reason.parent), str(reason))):
        topics.setdefault(str(reason.parent), []).append((reason.pk, f"{reason} → {reason.department}"))
    return [("", "---------"), *topics.items()]
