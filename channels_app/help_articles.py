"""Help articles: published version by version, found by words however they are typed, and cited in replies by their address."""

import re
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from cases.fair_words import require_fair
from cases.no_payment import require_no_demand
from channels_app.models import HelpArticle, HelpVersion, Message
from cskh.core.errors import Conflict
from cskh.core.text import folded

_TITLE_COUNTS = 5  # times as much as the text
_PUNCTUATION = str.maketrans(dict.fromkeys("*_[]()#>`.,:;!?\"'“”", " "))
_MOST_CITED = 20


def published() -> QuerySet[HelpVersion]:
    """What customers read now, in its order: of each article on the public pages the version in force."""
    shown = HelpVersion.objects.filter(in_force_of__is_published=True)
    return shown.select_related("article__category__parent").order_by("article__position", "article__slug")


def versions() -> QuerySet[HelpVersion]:
    """Every version there was, with its article and the one in force: what was cited can be read for ever."""
    return HelpVersion.objects.select_related("article__category__parent", "article__in_force")


def cited_versions() -> QuerySet[HelpVersion]:
    """The same, to be named beside a message: no text of an article is fetched."""
    bodies = ("body_vi", "body_en")
    return versions().defer(*(f"{of}{body}" for of in ("", "article__", "article__in_force__") for body in bodies))


def publish(article: HelpArticle, *, by: User | None = None) -> HelpVersion:
    """The words of the article become its next version, which customers read from now on; the versions before stay readable.

    Its words are those that are kept. Raises Invalid where they accuse the customer or ask for money, Conflict where nothing
    changed and it is published already.
    """
    with transaction.atomic():
        kept = HelpArticle.objects.select_for_update(of=("self",)).select_related("in_force").get(pk=article.pk)
        for field in HelpArticle.WORDS:
            require_fair(getattr(kept, field), field=field)
            require_no_demand(getattr(kept, field), field=field)
        if not kept.has_draft and kept.in_force is not None:
            if kept.is_published:
                raise Conflict(_("Nothing changed since it was published last."))
            version = kept.in_force  # it was taken off, and comes back as it was
        else:
            last = kept.versions.aggregate(last=Max("number"))["last"] or 0
            words = {field: getattr(kept, field) for field in HelpArticle.WORDS}
            version = HelpVersion.objects.create(article=kept, number=last + 1, published_by=by, **words)
        HelpArticle.objects.filter(pk=kept.pk).update(is_published=True, in_force=version)
    article.is_published, article.in_force = True, version
    return version


def take_off(article: HelpArticle) -> None:
    """Customers find it no more; what was cited stays readable at its own address, and says so."""
    HelpArticle.objects.filter(pk=article.pk).update(is_published=False)
    article.is_published = False


def address_of(version: HelpVersion) -> str:
    """Where this very version is read, now and later."""
    return f"{settings.PUBLIC_URL}/help/{version.article.slug}/v{version.number}/"


def quoted(version: HelpVersion, language: str) -> str:
    """How a reply cites it: its title in the customer's language, and its address."""
    return f"{version.title_en if language == 'en' else version.title_vi}\n{address_of(version)}"


def cite(message: Message) -> None:
    """Keeps with the message which versions its words lead to, so that one sees later what the customer was shown. No query
    for words that lead to none."""
    if cited := cited_in(message.body):
        message.cites.set(cited)


def cited_in(text: str) -> list[HelpVersion]:
    """The versions whose addresses stand in the text."""
    address = re.compile(re.escape(settings.PUBLIC_URL) + r"/help/([-\w]+)/v(\d{1,4})\b", re.ASCII)
    named = list(dict.fromkeys((slug, int(number)) for slug, number in address.findall(text)))[:_MOST_CITED]
    if not named:
        return []
    wanted = Q()
    for slug, number in named:
        wanted |= Q(article__slug=slug, number=number)
    return list(HelpVersion.objects.filter(wanted).order_by("pk"))


def count_helped(article: HelpArticle) -> None:
    """One more reader says that it was enough."""
    HelpArticle.objects.filter(pk=article.pk).update(helped=F("helped") + 1)


def search(found: Iterable[HelpVersion], asked: str) -> list[HelpVersion]:
    """Those that hold every word of `asked`, in either language; those with the words in the title first."""
    words = folded(asked).split()
    if not words:
        return []
    scored = [(_score(version, words), version) for version in found]
    return [version for score, version in sorted(scored, key=lambda one: -one[0]) if score]


def _score(version: HelpVersion, words: list[str]) -> int:
    """0 where a word is missing. Words count from their beginning: "rut" finds "rút", "ut" does not."""
    title = " " + " ".join(folded(f"{version.title_vi} {version.title_en}").split())
    text = " " + " ".join(folded(f"{version.body_vi} {version.body_en}").translate(_PUNCTUATION).split())
    counts = [_TITLE_COUNTS * title.count(f" {word}") + text.count(f" {word}") for word in words]
    return sum(counts) if all(counts) else 0
