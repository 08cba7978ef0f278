"""What cases of a kind need, as data, in versions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Category
from cases.records.models import RecordKind
from cskh.core.language import in_english


class ItemKind(models.TextChoices):
    """In what form something is expected."""

    ANY = "any", _("file or text")
    FILE = "file", _("file")
    TEXT = "text", _("text")


class Checklist(models.Model):
    """One version of what cases of a category need: a draft until it is published, and never changed after that.

    Cases keep the number of the version they were classified under: what they were asked does not change beneath them.
    """

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="checklists", verbose_name=_("category")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        constraints = [
            models.UniqueConstraint(fields=["category", "number"], name="checklist_version_once"),
            models.UniqueConstraint(
                fields=["category"], condition=Q(published_at__isnull=True), name="checklist_one_draft"
            ),
        ]
        ordering = ["category_id", "-number"]

    def __str__(self) -> str:
        return f"{self.category} {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Part(models.TextChoices):
    """What an entry of a checklist is: the first two are asked of the customer, the others are ours to do."""

    FACT = "fact", _("fact to establish")
    EVIDENCE = "evidence", _("evidence from the customer")
    RECORD = "record", _("record of ours to pull")
    CHECK = "check", _("check to make")


ASKED_OF_CUSTOMERS = (Part.FACT, Part.EVIDENCE)


class CaseField(models.TextChoices):
    """Where the case itself says a fact, so that nobody asks for it again."""

    TRANSACTION = "transaction_ref", _("transaction code")
    AMOUNT = "amount", _("amount (VND)")
    INCIDENT = "incident_at", _("when it happened")


class ChecklistItem(models.Model):
    """Something that cases of a category need, and why (R-25, R-28)."""

    checklist = models.ForeignKey(
        Checklist, on_delete=models.CASCADE, related_name="items", verbose_name=_("checklist")
    )
    part = models.CharField(_("part"), max_length=8, choices=Part, default=Part.EVIDENCE)
    slug = models.SlugField(_("slug"))
    name_vi = models.CharField(_("name (Vietnamese)"), max_length=160)
    name_en = models.CharField(_("name (English)"), max_length=160)
    why_vi = models.CharField(_("why (Vietnamese)"), max_length=300, blank=True)
    why_en = models.CharField(_("why (English)"), max_length=300, blank=True)
    formats_vi = models.CharField(_("formats (Vietnamese)"), max_length=160, blank=True)
    formats_en = models.CharField(_("formats (English)"), max_length=160, blank=True)
    example_vi = models.CharField(_("example (Vietnamese)"), max_length=160, blank=True)
    example_en = models.CharField(_("example (English)"), max_length=160, blank=True)
    otherwise_vi = models.CharField(
        _("how to prove it otherwise (Vietnamese)"),
        max_length=300,
        blank=True,
        help_text=_("The customer reads it where this could not be confirmed."),
    )
    otherwise_en = models.CharField(_("how to prove it otherwise (English)"), max_length=300, blank=True)
    kind = models.CharField(_("form"), max_length=4, choices=ItemKind, default=ItemKind.ANY)
    either_of = models.SlugField(
        _("one of"), blank=True, help_text=_("Of the entries with the same word here, one suffices.")
    )
    case_field = models.CharField(
        _("the case says it"),
        max_length=16,
        choices=CaseField,
        blank=True,
        help_text=_("Where a fact stands on the case already."),
    )
    record = models.CharField(
        _("record"), max_length=12, choices=RecordKind, blank=True, help_text=_("For records of ours to pull.")
    )
    is_mandatory = models.BooleanField(
        _("mandatory"),
        default=True,
        help_text=_("It is asked for where it is missing. A check: nothing is decided before somebody has made it."),
    )
    must_be_verified = models.BooleanField(
        _("verified before a decision"),
        default=False,
        help_text=_("For facts: nothing is decided before somebody has verified it, or set it aside with a reason."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("checklist item")
        verbose_name_plural = _("checklist items")
        constraints = [models.UniqueConstraint(fields=["checklist", "slug"], name="checklist_item_once")]
        ordering = ["checklist_id", "position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self._said("name")

    @property
    def why(self) -> str:
        return self._said("why")

    @property
    def formats(self) -> str:
        return self._said("formats")

    @property
    def example(self) -> str:
        return self._said("example")

    @property
    def otherwise(self) -> str:
        return self._said("otherwise")

    @property
    def stops_decisions(self) -> bool:
        """Whether nothing is decided before somebody has verified this fact, or made this check (I3)."""
        return self.must_be_verified if self.part == Part.FACT else self.part == Part.CHECK and self.is_mandatory

    @property
    def is_asked_of_customers(self) -> bool:
        return self.part in ASKED_OF_CUSTOMERS

    def _said(self, field: str) -> str:
        return str(getattr(self, f"{field}_en" if in_english() else f"{field}_vi"))
