"""What customers can read before they ask: help articles, and every version of one that was published."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Category
from cskh.core.language import in_english

_MARKDOWN = _("Markdown: **bold**, lists, [links](https://…).")


class Written(models.Model):
    """A title and a text in both languages. Texts are Markdown; whatever HTML they hold is shown as text."""

    WORDS = ("title_vi", "title_en", "body_vi", "body_en")

    title_vi = models.CharField(_("title (Vietnamese)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    body_vi = models.TextField(_("text (Vietnamese)"), help_text=_MARKDOWN)
    body_en = models.TextField(_("text (English)"), help_text=_MARKDOWN)

    class Meta:
        abstract = True

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
    def words(self) -> tuple[str, ...]:
        """All of it, to be compared."""
        return tuple(getattr(self, field) for field in self.WORDS)


class HelpArticle(Written):
    """An article of the public help. Its own words are the draft; what customers read is the version in force
    (`channels_app.help_articles` publishes and reads).

    `category` groups it by topic, and is what "we still need you" fills into the request form. `helped` counts readers who
    said so. Whoever is the `owner` looks at it again by `review_on`.
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
    is_published = models.BooleanField(_("published"), default=False, editable=False)
    in_force = models.OneToOneField(
        "HelpVersion",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="in_force_of",
        verbose_name=_("version in force"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100, help_text=_("Smaller comes first."))
    helped = models.PositiveIntegerField(_("readers it helped"), default=0, editable=False)
    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    review_on = models.DateField(
        _("to be looked at again by"), null=True, blank=True, help_text=_("From that day on the list says so.")
    )
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("help article")
        verbose_name_plural = _("help articles")
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                name="help_article_published_has_a_version",
                condition=Q(is_published=False) | Q(in_force__isnull=False),
            )
        ]

    @property
    def topic(self) -> Category | None:
        """The topic it stands under: its category, or the one above."""
        return (self.category.parent or self.category) if self.category else None

    @property
    def has_draft(self) -> bool:
        """Whether its words differ from what was published last."""
        return self.in_force is None or self.words != self.in_force.words

    @property
    def is_to_be_reviewed(self) -> bool:
        return self.review_on is not None and self.review_on <= timezone.localdate()


class HelpVersion(Written):
    """An article as it was published at one time: never changed or deleted (a trigger refuses it), for replies cite it."""

    article = models.ForeignKey(
        HelpArticle, on_delete=models.PROTECT, related_name="versions", verbose_name=_("help article")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    published_at = models.DateTimeField(_("published at"), default=timezone.now)
    published_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )

    class Meta:
        verbose_name = _("version of a help article")
        verbose_name_plural = _("versions of help articles")
        ordering = ["article_id", "-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="help_version_once")]
