"""Pages of REST lists: `{next, previous, results}`, stable while rows are added.

A cursor holds the values of the row it stands at, so that a page is found by an index however far into the list, and also
where thousands of rows share a value (Django REST framework's own cursor counts such rows by an offset and gives up at 1,000).
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import F, Lookup, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from .errors import Invalid
from .text import as_number


@dataclass(frozen=True)
class _Cursor:
    backwards: bool
    values: list[Any]

    def __str__(self) -> str:
        text = json.dumps([self.backwards, self.values], cls=DjangoJSONEncoder, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


class CursorPages(BasePagination):
    """Ordered by the view's `ordering` or, where the view names `orderings`, by what the caller asks for among them."""

    page_size = 50
    max_page_size = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self._url = request.build_absolute_uri()
        self._fields = _ordering(request, view)
        size = _page_size(request, self.page_size, self.max_page_size)
        cursor = _decoded(request.query_params.get("cursor", ""), queryset, self._fields)
        backwards = bool(cursor and cursor.backwards)
        order = [_turned(name) for name in self._fields] if backwards else self._fields
        if cursor:
            queryset = queryset.filter(_after(order, cursor.values))
        rows = list(queryset.order_by(*order)[: size + 1])
        more = len(rows) > size
        rows = rows[:size][::-1] if backwards else rows[:size]
        self._next = _Cursor(False, self._position(rows[-1])) if rows and (more or backwards) else None
        self._previous = _Cursor(True, self._position(rows[0])) if rows and cursor and (more or not backwards) else None
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._link(self._next), "previous": self._link(self._previous), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        choices = getattr(view, "orderings", ())
        parameters = [
            ("cursor", "Where the page begins; taken from `next` or `previous`.", {"type": "string"}),
            ("page_size", "Rows a page.", {"type": "integer", "minimum": 1, "maximum": self.max_page_size}),
            *([("ordering", "How the list is sorted.", {"type": "string", "enum": list(choices)})] if choices else []),
        ]
        return [
            {"name": name, "in": "query", "required": False, "description": text, "schema": schema}
            for name, text, schema in parameters
        ]

    def _position(self, row: Any) -> list[Any]:
        return [getattr(row, name.lstrip("-")) for name in self._fields]

    def _link(self, cursor: _Cursor | None) -> str | None:
        return replace_query_param(self._url, "cursor", str(cursor)) if cursor else None


def _ordering(request: Request, view: Any) -> list[str]:
    """The fields to sort by, all one way, ending with the primary key so that no two rows are equal."""
    choices, asked = getattr(view, "orderings", ()), request.query_params.get("ordering")
    if asked is not None and asked not in choices:
        raise Invalid(errors={"ordering": [_("Choose one of: %(choices)s.") % {"choices": ", ".join(choices)}]})
    fields = [asked] if asked else list(view.ordering)
    return [*fields, "-id" if fields[0].startswith("-") else "id"]


def _page_size(request: Request, default: int, most: int) -> int:
    size = as_number(request.query_params.get("page_size", str(default)))
    if not size:
        raise Invalid(errors={"page_size": [_("A number from 1 to %(most)d.") % {"most": most}]})
    return min(size, most)


def _decoded(text: str, queryset: QuerySet[Any], fields: Sequence[str]) -> _Cursor | None:
    if not text:
        return None
    try:
        backwards, values = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), "-_", validate=True))
        if len(values) != len(fields):
            raise ValueError("another ordering")
        kinds = [_kind(queryset, name.lstrip("-")) for name in fields]
        clean = [kind.clean(value, None) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError) as error:
        raise Invalid(errors={"cursor": [_("This cursor is not one of this list.")]}) from error
    return _Cursor(bool(backwards), clean)


def _kind(queryset: QuerySet[Any], name: str) -> Any:
    annotation = queryset.query.annotations.get(name)
    return queryset.model._meta.get_field(name) if annotation is None else annotation.output_field


def _after(order: Sequence[str], values: Sequence[Any]) -> Lookup:
    """Rows behind these values, compared as a whole: where all fields run one way, an index begins at the right place."""
    behind = TupleLessThan if order[0].startswith("-") else TupleGreaterThan
    return behind(Tuple(*(F(name.lstrip("-")) for name in order)), values)


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"
