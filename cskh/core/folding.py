"""Text in the database as it is compared where marks and case do not count: what `cskh.core.text.folded` is in Python."""

from django.db.models import Func, Q, TextField

from .text import folded

_WORDS = 8  # so many decide; the rest of a long text would only cost


class Folded(Func):
    """`Folded("name")` of "Nguyễn" is "nguyen". The same for ever, so that an index may be made of it.

    Small letters come last, of what is left: a database whose locale knows ASCII only then folds as any other does.
    """

    template = (
        "lower(translate(regexp_replace(normalize(%(expressions)s, NFD), '[\\u0300-\\u036f]', '', 'g'), 'đĐ', 'dd'))"
    )
    output_field = TextField()


def has_words(bare: str, text: str) -> Q:
    """That what is folded under the name `bare` has every word of `text` somewhere; of nothing but marks it has none."""
    words = list(dict.fromkeys(folded(text).split()))[:_WORDS]
    return Q(*(Q(**{f"{bare}__contains": word}) for word in words)) if words else Q(pk__in=[])
