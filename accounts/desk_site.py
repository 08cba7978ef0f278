"""The admin site of the product: who gets in, in which language, and what everybody finds there."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import RedirectURLMixin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from .admin_access import works_here
from .models import User


class DeskLoginForm(AuthenticationForm):
    """Lets in whoever works here, and tells the others why not once their password is right."""

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        if not works_here(user):
            raise forms.ValidationError(
                _("You hold no role here. Ask an administrator for a membership."), code="no_membership"
            )


class ChooseLanguage(RedirectURLMixin, View):
    """POST `language`: the desk speaks it to this person from now on, at every computer."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        language = request.POST.get("language", "")
        if language in dict(settings.LANGUAGES) and isinstance(request.user, User):
            request.user.language = language
            request.user.save(update_fields=["language"])
        return HttpResponseRedirect(self.get_redirect_url() or reverse("admin:index"))


class DeskSite(UnfoldAdminSite):
    login_form = DeskLoginForm
    index_title = _("Overview")

    def has_permission(self, request: HttpRequest) -> bool:
        return works_here(request.user)

    def extra_urls(self) -> list[URLPattern]:
        return [path("language/", self.admin_view(ChooseLanguage.as_view()), name="choose_language")]

    def search(self, request: HttpRequest) -> HttpResponse:
        """The theme's search is not used and finds nothing: it keeps answers for minutes, and what one may see changes."""
        raise Http404
