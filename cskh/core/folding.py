"""Text in the database as it is compared where marks and case do not count: what `cskh.core.text.folded` is in Python."""

from django.db.models import Func, TextField


class Folded(Func):
    """`Folded("name")` of "Nguyễn" is "nguyen". The same for ever, so that an index may be made of it.

    Small letters come last, of what is left: a database whose locale knows ASCII only then folds as any other does.
    """

    template = (
        "lower(translate(regexp_replace(normalize(%(expressions)s, NFD), '[\\u0300-\\u036f]', '', 'g'), 'đĐ', 'dd'))"
    )
    output_field = TextField()
