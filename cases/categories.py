"""The categories as people choose among them."""

from typing import Any

from .models import Category


def category_choices() -> list[Any]:
    """The reasons below their topics, each with the department it leads to. One query."""
    reasons = Category.objects.filter(parent__isnull=False, is_active=True).select_related("parent", "department")
    topics: dict[str, list[tuple[int, str]]] = {}
    for reason in sorted(reasons, key=lambda reason: (str(reason.parent), str(reason))):
        topics.setdefault(str(reason.parent), []).append((reason.pk, f"{reason} → {reason.department}"))
    return [("", "---------"), *topics.items()]
