"""What can be read without asking: help articles, and the published customer policy."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from markdown_it import MarkdownIt

from cases.complaints import policy
from cases.models import Category
from channels_app import help_articles
from channels_app.models import HelpVersion
from channels_app.portal import limits

_LONGEST_SEARCH = 200


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """All articles by topic, or those that hold the words of `?q=`. One query."""
    asked = request.GET.get("q", "")[:_LONGEST_SEARCH].strip()
    published = list(help_articles.published())
    context = {"asked": asked, "found": help_articles.search(published, asked), "topics": _by_topic(published)}
    return render(request, "portal/help.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, in the version in force. Two queries: itself, and the others of its topic."""
    shown = get_object_or_404(help_articles.published(), article__slug=slug)
    topic = shown.article.topic
    others = [one for one in help_articles.published() if one.article.topic == topic and one.pk != shown.pk]
    context = {"version": shown, "article": shown.article, "body": html(shown.body), "others": others}
    return render(request, "portal/article.html", context)


@require_safe
def article_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One version, as replies cite it: the one in force, or one that customers were shown before. One query."""
    shown = get_object_or_404(help_articles.versions(), article__slug=slug, number=number)
    of = shown.article
    is_in_force = of.is_published and of.in_force_id == shown.pk
    context = {"version": shown, "article": of, "body": html(shown.body), "is_earlier": not is_in_force}
    answer = render(request, "portal/article.html", context)
    answer["X-Robots-Tag"] = "noindex"  # searching leads to what is in force
    return answer


# No cookie is set for somebody who only reads; a count is not worth forging.
@csrf_exempt
@require_POST
def helped(request: HttpRequest, slug: str) -> HttpResponse:
    """The reader says that the article was enough."""
    shown = get_object_or_404(help_articles.published(), article__slug=slug)
    limits.count(request, "helped")
    help_articles.count_helped(shown.article)
    messages.success(request, _("Thank you. We are glad that it helped."))
    return redirect("portal:article", slug)


@require_safe
def policy_page(request: HttpRequest, day: str = "") -> HttpResponse:
    """The clauses in force today, or on an earlier day. Two queries."""
    today = timezone.localdate()
    on = _day(day) if day else today
    if on > today:
        raise Http404
    editions = policy.days_of_change(today)
    context = {
        "clauses": list(policy.in_force(on)),
        "on": on,
        "since": next((one for one in editions if one <= on), None),
        "is_earlier": any(on < one for one in editions),
        "editions": editions,
    }
    return render(request, "portal/policy.html", context)


def html(markdown: str) -> SafeString:
    """Markdown as HTML: tags in it stay text, and links lead only to http, https, mailto and tel."""
    return mark_safe(_renderer().render(markdown))  # noqa: S308 - the renderer escapes every tag


class _Renderer(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Our own pages, and the schemes people know; anything else may start another program of the reader's."""
        try:
            scheme = urlsplit(url).scheme
        except ValueError:
            return False
        return scheme in ("http", "https", "mailto", "tel") if scheme else ":" not in url.partition("/")[0]


@cache
def _renderer() -> MarkdownIt:
    return _Renderer("commonmark", {"html": False}).enable("table").disable("image")


def _by_topic(published: Iterable[HelpVersion]) -> list[tuple[Category | None, list[HelpVersion]]]:
    """In the order in which the topics come first."""
    topics: dict[Category | None, list[HelpVersion]] = {}
    for version in published:
        topics.setdefault(version.article.topic, []).append(version)
    return list(topics.items())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
