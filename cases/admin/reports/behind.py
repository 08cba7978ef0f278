"""The list of what stands behind a figure: cases, remedies or reviews."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.actors import Actor
from cases import policies
from cskh.core.snapshot import one_moment

from .readers import page_urls

PER_PAGE = 100


@dataclass(frozen=True)
class Behind:
    """`what` was `found`, and `of` what, in words; `query` asks for it again. `exported_as` names it to the export, where it
    can be taken out."""

    what: str
    of: list[str]
    found: QuerySet[Any]
    query: str
    exported_as: str = ""


def show_list(
    request: HttpRequest, find: Callable[[], Behind], template: str, *, title: str, line: Callable[[Any], Any]
) -> HttpResponse:
    """A page of what `find` finds, each of it as `line` puts it; all of one moment."""
    with one_moment():
        behind = find()
        paginator = Paginator(behind.found, PER_PAGE)
        page = paginator.get_page(request.GET.get("page"))
        lines = [line(one) for one in page]
    may_export = behind.exported_as and policies.may_export(Actor.staff(request.user))
    context = {
        **admin.site.each_context(request),
        "title": title,
        "what": behind.what,
        "of": behind.of,
        "count": paginator.count,
        "page": page,
        "lines": lines,
        "pages": page_urls(page, behind.query),
        "export_url": f"{reverse('reports:export')}?what={behind.exported_as}&{behind.query}" if may_export else "",
    }
    return render(request, template, context)
