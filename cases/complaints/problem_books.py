"""Whom a fault of ours touched and who never wrote: customers in the operator's books, as far as files of them were handed in."""

from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Exists, Func, Min, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from accounts.customers.models import Customer
from cases.models import Case
from cases.records.models import ImportedRow, RecordFile

from .models import Problem
from .problems import linked_to, touched_by, with_times


class InBooks(TypedDict):
    """A customer as the operator's systems call them, how many rows of theirs fit, and when the first was."""

    customer: str
    rows: int
    first: datetime


def without_a_case(problem: Problem) -> QuerySet[ImportedRow, InBooks]:
    """Customers with rows of the problem's kind of record in its time, and its codes, who have no case that it touched or that is
    linked to it, under this id or another that was merged. None where the problem names no kind of record: then books say
    nothing about it."""
    rows = ImportedRow.objects.filter(
        file__state=RecordFile.State.LIVE, kind=problem.record, at__gte=problem.began_from
    )
    if not problem.record:
        rows = rows.none()
    if problem.over_by is not None:
        rows = rows.filter(at__lte=problem.over_by)
    if problem.code_prefixes:
        begins = Q()
        for prefix in problem.code_prefixes:
            begins |= Q(all_codes__contains=f" {prefix}")
        rows = rows.alias(all_codes=_ALL_CODES).filter(begins)
    told = with_times(Case.objects.all()).filter(touched_by(problem) | linked_to(problem))
    silent = rows.exclude(customer="").filter(~Exists(told.filter(customer__external_id=OuterRef("customer"))))
    silent = silent.exclude(customer__in=_told_as_another(told))
    return silent.values("customer").annotate(rows=Count("pk"), first=Min("at")).order_by("first", "customer")


def _told_as_another(told: QuerySet[Case]) -> list[str]:
    """Ids of records that were merged into one with such a case: the same person, by an id that our books still have."""
    merged = Customer.objects.exclude(merged_into=None).values_list("pk", "merged_into", "external_id")
    into = {pk: stands_for for pk, stands_for, _ in merged}
    ids = {external_id: _last(into, pk) for pk, _, external_id in merged if external_id}
    if not ids:
        return []
    told_by = set(told.filter(customer__in=set(ids.values())).values_list("customer", flat=True))
    return sorted(external_id for external_id, customer in ids.items() if customer in told_by)


def _last(into: dict[int, int | None], pk: int) -> int:
    """The record that stands for this one, through every merge."""
    while (next_one := into.get(pk)) is not None:
        pk = next_one
    return pk


_ALL_CODES = Concat(
    Value(" "),
    Func("codes", Value(" "), function="array_to_string", output_field=TextField()),
    output_field=TextField(),
)
