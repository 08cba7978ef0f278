"""Help articles: what customers can read before they ask."""

from django.contrib import admin

from accounts.admin_access import EVERYBODY, HEADS, RoleModelAdmin
from channels_app.models import HelpArticle


@admin.register(HelpArticle)
class HelpArticleAdmin(RoleModelAdmin):
    readable_by = EVERYBODY
    editable_by = HEADS
    list_display = ("title", "slug", "category", "is_published", "position", "helped", "changed_at")
    list_filter = ("is_published", "category")
    list_select_related = ("category",)
    search_fields = ("slug", "title_vi", "title_en", "body_vi", "body_en")
    prepopulated_fields = {"slug": ("title_en",)}
    readonly_fields = ("helped", "changed_at")
    autocomplete_fields = ("category",)

    @admin.display(description=HelpArticle._meta.verbose_name)
    def title(self, article: HelpArticle) -> str:
        return article.title
