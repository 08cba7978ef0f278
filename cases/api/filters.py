"""What a list of cases can be narrowed by. An unknown value is refused rather than ignored."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters.rest_framework import FilterSet

from accounts.actors import Actor
from accounts.models import Department, User
from cases import codes, policies
from cases.models import STILL_OPEN, Case, Category
from cases.states import Channel, ClosedAs, Status
from channels_app.models import Message
from cskh.core.folding import Folded, has_words

_YES = {"true": True, "1": True, "false": False, "0": False}


class CaseFilter(FilterSet):
    """`opened_after` is inclusive, `opened_before` is not; `q` is a code in any form, or words of a subject or a message.

    Words are found with and without diacritics, in capital and small letters.
    """

    status = django_filters.ChoiceFilter(choices=Status.choices)
    closed_as = django_filters.ChoiceFilter(choices=ClosedAs.choices)
    channel = django_filters.ChoiceFilter(choices=Channel.choices)
    category = django_filters.ModelChoiceFilter(queryset=Category.objects.all(), to_field_name="slug")
    department = django_filters.ModelChoiceFilter(queryset=Department.objects.all(), to_field_name="slug")
    assignee = django_filters.ModelChoiceFilter(queryset=User.objects.all(), to_field_name="username")
    overdue = django_filters.TypedChoiceFilter(
        choices=[(text, text) for text in _YES], coerce=_YES.get, method="by_overdue"
    )
    opened_after = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="gte")
    opened_before = django_filters.IsoDateTimeFilter(field_name="opened_at", lookup_expr="lt")
    q = django_filters.CharFilter(method="by_words", max_length=200)

    class Meta:
        model = Case
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.request.user if self.request else None
        if isinstance(actor, Actor) and actor.is_customer:  # who works here is not theirs to find out
            nobody = django_filters.CharFilter(field_name="assignee", method="of_nobody")
            nobody.parent, nobody.model = self, Case
            self.filters["assignee"] = nobody
            # Nor what we took for spam.
            told = [choice for choice in ClosedAs.choices if choice[0] != ClosedAs.SPAM]
            self.filters["closed_as"] = django_filters.ChoiceFilter(field_name="closed_as", choices=told)

    def of_nobody(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        return cases.none()

    def by_overdue(self, cases: QuerySet[Case], name: str, value: bool) -> QuerySet[Case]:
        late = STILL_OPEN & Q(next_due_at__lt=timezone.now())
        return cases.filter(late) if value else cases.exclude(late)

    def by_words(self, cases: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        try:
            return cases.filter(code=codes.parse_code(value))
        except ValueError:
            return cases.filter(pk__in=_holding(value, self.request.user if self.request else None))


def _holding(words: str, actor: Any) -> QuerySet[Any]:
    """Ids of cases with these words, each part found by its own index. Notes are searched by those who read them."""
    by_reference = Case.objects.filter(transaction_ref=words).values("pk")
    subjects = Case.objects.alias(bare_subject=Folded("subject")).filter(has_words("bare_subject", words))
    messages = Message.objects.alias(bare_body=Folded("body")).filter(has_words("bare_body", words))
    if not (isinstance(actor, Actor) and policies.may_read_notes(actor)):
        messages = messages.exclude(direction=Message.Direction.INTERNAL)
    return by_reference.union(subjects.values("pk"), messages.values("case_id"))
