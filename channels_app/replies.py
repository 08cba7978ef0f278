"""Reply templates, filled in for one case."""

import re
from typing import TypedDict

from django.conf import settings
from django.db.models import Q

from accounts.models import User
from cases.models import Case
from channels_app.models import ReplyTemplate

_PLACEHOLDER = re.compile(r"\{(code|customer|agent|brand)\}")


class Reply(TypedDict):
    id: int
    shortcut: str
    title: str
    text: str


def replies_for(case: Case, agent: User) -> list[Reply]:
    """The templates offered on this case, in the customer's language, their placeholders filled in. One query."""
    offered = ReplyTemplate.objects.filter(Q(category__isnull=True) | Q(category=case.category_id), is_active=True)
    values = {"code": case.code, "customer": str(case.customer), "agent": str(agent), "brand": settings.BRAND_NAME}
    return [
        {
            "id": one.pk,
            "shortcut": one.shortcut,
            "title": one.title,
            "text": filled(one.body_en if case.customer.language == "en" else one.body_vi, values),
        }
        for one in offered
    ]


def filled(text: str, values: dict[str, str]) -> str:
    """Puts values for the four known placeholders, once; braces inside a value and all other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
