"""Finds help articles by words, however they are typed: with or without diacritics, in either case."""

from collections.abc import Iterable

from channels_app.models import HelpArticle
from cskh.core.text import folded

_TITLE_COUNTS = 5  # times as much as the text


def search(articles: Iterable[HelpArticle], asked: str) -> list[HelpArticle]:
    """The articles that hold every word of `asked`, in either language; those with the words in the title first."""
    words = folded(asked).split()
    if not words:
        return []
    found = [(_score(article, words), article) for article in articles]
    return [article for score, article in sorted(found, key=lambda one: -one[0]) if score]


def _score(article: HelpArticle, words: list[str]) -> int:
    """0 where a word is missing. Words count from their beginning: "rut" finds "rút", "ut" does not."""
    title = " " + " ".join(folded(f"{article.title_vi} {article.title_en}").split())
    text = " " + " ".join(folded(f"{article.body_vi} {article.body_en}").translate(_PUNCTUATION).split())
    counts = [_TITLE_COUNTS * title.count(f" {word}") + text.count(f" {word}") for word in words]
    return sum(counts) if all(counts) else 0


_PUNCTUATION = str.maketrans(dict.fromkeys("*_[]()#>`.,:;!?\"'“”", " "))
