"""What a person sees instead of a page: colleagues at the desk a page of the desk, everybody else one of the public pages."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import defaults

from .errors import DomainError


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`."""
    if not _at_the_desk(request):
        return defaults.page_not_found(request, exception)
    what = _("The address may be mistyped, or it is nothing that is shown to you.")
    return _desk_page(request, _("This page does not exist"), what, 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler403`."""
    if not _at_the_desk(request):
        return defaults.permission_denied(request, exception)
    what = _("Your role does not include this. Whoever administers the roles can tell you who may do it.")
    return _desk_page(request, _("This is not open to you"), what, 403)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """What the domain refused, in its words and with its status."""
    if not _at_the_desk(request):
        return render(request, "error.html", {"error": error}, status=error.status)
    return _desk_page(request, _("That did not work"), str(error), error.status)


def _at_the_desk(request: HttpRequest) -> bool:
    return request.path.startswith(reverse("admin:index")) and admin.site.has_permission(request)


def _desk_page(request: HttpRequest, title: str, what: str, status: int) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "content_title": title, "what": what}
    return render(request, "admin/error.html", context, status=status)
