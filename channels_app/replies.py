"""What a reply may begin with or cite: reply templates, filled in for one case, and help articles."""

import re
from collections.abc import Iterable
from typing import TypedDict

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from cases.complaints.models import Remedy
from cases.complaints.queries import about_to_be_promised
from cases.models import Case
from channels_app import help_articles
from channels_app.models import ReplyTemplate

HELP = "help-"  # so begin the ids of articles
_PLACEHOLDER = re.compile(r"\{(code|customer|agent|brand|remedies)\}")


class Reply(TypedDict):
    id: str
    group: str
    shortcut: str
    title: str
    text: str


def replies_for(case: Case, agent: User) -> list[Reply]:
    """The templates offered on this case, in the customer's language, their placeholders filled in; then the help articles, to
    be cited in the version in force. Two queries, and one more for a complaint."""
    offered = ReplyTemplate.objects.filter(Q(category__isnull=True) | Q(category=case.category_id), is_active=True)
    values = {
        "code": case.code,
        "customer": str(case.customer),
        "agent": str(agent),
        "brand": settings.BRAND_NAME,
        "remedies": remedies_in_words(about_to_be_promised(case), case.customer.language),
    }
    language = case.customer.language
    return _templates(offered, values, language) + _articles(language)


def _articles(language: str) -> list[Reply]:
    return [
        {
            "id": f"{HELP}{version.pk}",
            "group": _("Help articles"),
            "shortcut": version.article.slug,
            "title": version.title_en if language == "en" else version.title_vi,
            "text": help_articles.quoted(version, language),
        }
        for version in help_articles.published().defer("body_vi", "body_en")
    ]


def _templates(offered: Iterable[ReplyTemplate], values: dict[str, str], language: str) -> list[Reply]:
    return [
        {
            "id": str(one.pk),
            "group": _("Reply templates"),
            "shortcut": one.shortcut,
            "title": one.title,
            "text": filled(one.body_en if language == "en" else one.body_vi, values),
        }
        for one in offered
    ]


def remedies_in_words(remedies: Iterable[Remedy], language: str) -> str:
    """What an answer promises, a line each, in the customer's language."""
    with translation.override(language):
        return "\n".join(
            _("- %(remedy)s, by %(day)s") % {"remedy": one, "day": date_format(one.due_on, "SHORT_DATE_FORMAT")}
            for one in remedies
        )


def filled(text: str, values: dict[str, str]) -> str:
    """Puts values for the five known placeholders, once; braces inside a value and all other braces stay as they are."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)
