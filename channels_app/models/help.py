"""What customers can read before they ask: help articles."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Category
from cskh.core.language import in_english


class HelpArticle(models.Model):
    """An article of the public help, in both languages. Bodies are Markdown; whatever HTML they hold is shown as text.

    `category` groups it by topic, and is what "we still need you" fills into the request form. `helped` counts readers who
    said so.
    """

    slug = models.SlugField(_("address"), unique=True, help_text=_("Part of the page's address. Links rely on it."))
    category = models.ForeignKey(
        Category,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="help_articles",
        verbose_name=_("topic or reason"),
    )
    title_vi = models.CharField(_("title (Vietnamese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    body_vi = models.TextField(_("text (Vietnamese)"), help_text=_("Markdown: **bold**, lists, [links](https://…)."))
    body_en = models.TextField(_("text (English)"), help_text=_("Markdown: **bold**, lists, [links](https://…)."))
    is_published = models.BooleanField(_("published"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=100, help_text=_("Smaller comes first."))
    helped = models.PositiveIntegerField(_("readers it helped"), default=0, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("help article")
        verbose_name_plural = _("help articles")
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The title in the language in use."""
        return self.title_en if in_english() else self.title_vi

    @property
    def body(self) -> str:
        """The Markdown in the language in use."""
        return self.body_en if in_english() else self.body_vi

    @property
    def topic(self) -> Category | None:
        """The topic it stands under: its category, or the one above."""
        return (self.category.parent or self.category) if self.category else None
