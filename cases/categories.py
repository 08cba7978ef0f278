"""The categories as people choose among them."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .models import Category

# How the field is called that a classification of a case may need which somebody has already.
SUMMARY_IF_IT_MOVES = _("Summary (needed where the case goes to another department)")


def category_choices() -> list[Any]:
    """The reasons below their topics, each with the department it leads to. One query."""
    reasons = Category.objects.filter(parent__isnull=False, is_active=True).select_related("parent", "department")
    topics: dict[str, list[tuple[int, str]]] = {}
    for reason in sorted(reasons, key=lambda reason: (str(reason.parent), str(reason))):
        topics.setdefault(str(reason.parent), []).append((reason.pk, f"{reason} → {reason.department}"))
    return [("", "---------"), *topics.items()]
