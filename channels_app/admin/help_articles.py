"""Help articles: what customers can read before they ask. What is written is a draft until it is published."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from accounts.admin_access import EVERYBODY, HEADS, RoleModelAdmin
from accounts.models import User
from channels_app import help_articles
from channels_app.models import HelpArticle
from cskh.core.errors import DomainError, Invalid


class ReviewFilter(admin.SimpleListFilter):
    """Those whose day to be looked at again has come."""

    title = gettext_lazy("to be looked at again")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("due", gettext_lazy("due now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[HelpArticle]) -> QuerySet[HelpArticle]:
        return queryset.filter(review_on__lte=timezone.localdate()) if self.value() == "due" else queryset


@admin.register(HelpArticle)
class HelpArticleAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    editable_by = HEADS
    list_display = ("title", "slug", "category", "state", "review", "position", "helped")
    list_filter = ("is_published", ReviewFilter, "category")
    list_select_related = ("category", "in_force")
    search_fields = ("slug", "title_vi", "title_en", "body_vi", "body_en")
    prepopulated_fields = {"slug": ("title_en",)}
    fields = (
        "title_vi",
        "title_en",
        "slug",
        "category",
        "body_vi",
        "body_en",
        "position",
        "owner",
        "review_on",
        "state",
        "earlier",
        "helped",
        "changed_at",
    )
    readonly_fields = ("state", "earlier", "helped", "changed_at")
    autocomplete_fields = ("category",)
    actions_submit_line = ("publish", "take_off")

    def get_prepopulated_fields(self, request: HttpRequest, obj: HelpArticle | None = None) -> Any:
        return {} if obj else self.prepopulated_fields

    def get_readonly_fields(self, request: HttpRequest, obj: HelpArticle | None = None) -> Any:
        """What was published is cited by its address, which stays."""
        return (*self.readonly_fields, "slug") if obj and obj.in_force_id else self.readonly_fields

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "owner":
            working = User.objects.filter(is_active=True, is_staff=True)
            kwargs["queryset"] = working.order_by("last_name", "first_name", "pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_actions_submit_line(self, request: HttpRequest, object_id: Any = None) -> Any:
        """What is not on the public pages is not taken off them."""
        buttons = super().get_actions_submit_line(request, object_id)
        is_shown = bool(object_id) and HelpArticle.objects.filter(pk=object_id, is_published=True).exists()
        return [button for button in buttons if is_shown or not button.action_name.endswith("take_off")]

    @action(description=gettext_lazy("Save and publish"))
    def publish(self, request: HttpRequest, obj: HelpArticle) -> None:
        try:
            version = help_articles.publish(obj, by=request.user)  # type: ignore[arg-type]
        except Invalid as error:
            for texts in error.errors.values():
                messages.error(request, " ".join(texts))
            messages.warning(request, _("Saved as a draft; it is not published."))
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            told = _("Published as version %(number)d: customers read it from now on.")
            self.log_change(request, obj, _("Published as version %(number)d.") % {"number": version.number})
            messages.success(request, told % {"number": version.number})

    @action(description=gettext_lazy("Take off the public pages"))
    def take_off(self, request: HttpRequest, obj: HelpArticle) -> None:
        help_articles.take_off(obj)
        self.log_change(request, obj, _("Taken off the public pages."))
        messages.success(request, _("Customers find it no more. What replies cited stays readable at its own address."))

    @admin.display(description=HelpArticle._meta.verbose_name)
    def title(self, article: HelpArticle) -> str:
        return article.title

    @admin.display(description=gettext_lazy("state"))
    def state(self, article: HelpArticle) -> SafeString:
        if article.in_force is None:
            return format_html("<b>{}</b>", _("draft"))
        number = _("version %(number)d") % {"number": article.in_force.number}
        standing = _("published") if article.is_published else _("not published any more")
        return format_html("{}, {}{}", number, standing, _("; changed since: draft") if article.has_draft else "")

    @admin.display(description=gettext_lazy("to be looked at again by"), ordering="review_on")
    def review(self, article: HelpArticle) -> SafeString | str:
        if article.review_on is None:
            return ""
        day = date_format(article.review_on, "SHORT_DATE_FORMAT")
        if not article.is_to_be_reviewed:
            return day
        return format_html('{} <span class="desk-pill is-warn">{}</span>', day, _("due now"))

    @admin.display(description=gettext_lazy("published versions"))
    def earlier(self, article: HelpArticle) -> SafeString | str:
        """Each with its own address, as customers were shown it."""
        rows = (
            (
                reverse("portal:article_version", args=[article.slug, one.number]),
                _("version %(number)d") % {"number": one.number},
                date_format(timezone.localtime(one.published_at), "SHORT_DATETIME_FORMAT"),
                one.published_by or "",
            )
            for one in article.versions.select_related("published_by").defer("body_vi", "body_en")
        )
        return format_html_join("", '<div><a class="text-link" href="{}">{}</a> · {} {}</div>', rows) or "-"
