"""Pages of REST lists."""

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """{next, previous, results}; stable while rows are added."""

    ordering = ("-opened_at", "-id")
    page_size_query_param = "page_size"
    max_page_size = 200
