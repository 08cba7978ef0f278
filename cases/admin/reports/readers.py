"""Who reads the reports, and quality, and how they turn pages."""

from typing import Any

from django.http import HttpRequest

from accounts.actors import Actor
from cases import policies
from cskh.core.errors import NotPermitted


def reader(request: HttpRequest) -> Actor:
    """Whoever asks; raises NotPermitted unless they oversee work."""
    actor = Actor.staff(request.user)
    if not policies.oversees(actor):
        raise NotPermitted
    return actor


def page_urls(page: Any, query: str = "") -> dict[str, str]:
    """The addresses of the pages before and after this one, where there are such; `query` is what else is asked."""
    there = {"previous": page.has_previous(), "next": page.has_next()}
    numbers = {"previous": page.number - 1, "next": page.number + 1}
    before = f"?{query}&" if query else "?"
    return {name: f"{before}page={numbers[name]}" for name, is_there in there.items() if is_there}
