"""Faults of our own that touch many customers: a problem record, and the issues that are linked to it (R-51)."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Category
from cases.records.models import RecordKind
from cskh.core.language import in_english

from .issues import Entry, Issue
from .remedies import Remedy


class ProblemStatus(models.TextChoices):
    OPEN = "open", _("being looked into")
    KNOWN = "known", _("cause is known")
    RESOLVED = "resolved", _("resolved")


class Problem(models.Model):
    """One fault of our systems. It began, and ended, at some moment from a time to a time; both are the same, or the later one is
    empty, where that is known well.

    `said_vi` and `said_en` are what customers read; `cause` is for colleagues. Whom it touched is asked of the cases by what
    stands here (`cases.complaints.problems.touched_by`): those of the `categories` (a topic stands for its reasons), with a
    transaction code that begins with one of the `code_prefixes`, and of whose customers our books have a `record`. What is empty
    is not asked for; when it happened always is.
    """

    title = models.CharField(_("title"), max_length=200)
    said_vi = models.TextField(_("what happened, for customers (Vietnamese)"))
    said_en = models.TextField(_("what happened, for customers (English)"))
    cause = models.TextField(_("cause, among colleagues"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=ProblemStatus, default=ProblemStatus.OPEN)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("owner"))
    began_from = models.DateTimeField(_("began from"))
    began_until = models.DateTimeField(_("began until"), null=True, blank=True)
    ended_from = models.DateTimeField(_("ended from"), null=True, blank=True)
    ended_until = models.DateTimeField(_("ended until"), null=True, blank=True)
    categories = models.ManyToManyField(Category, related_name="+", blank=True, verbose_name=_("topics or reasons"))
    code_prefixes = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("transaction codes begin with"),
        default=list,
        blank=True,
        help_text=_(
            "Several are parted by commas, as FT26326, GD-55. It is the provider, the batch or the day, as codes have it."
        ),
    )
    record = models.CharField(
        _("our books have"),
        max_length=12,
        choices=RecordKind,
        blank=True,
        help_text=_("Only cases on which such records were found."),
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("problem record")
        verbose_name_plural = _("problem records")
        ordering = ["-began_from", "-id"]
        constraints = [
            models.CheckConstraint(
                name="problem_began_from_until", condition=Q(began_until=None) | Q(began_until__gte=F("began_from"))
            ),
            models.CheckConstraint(
                name="problem_ended_from_until",
                condition=Q(ended_until=None) | Q(ended_from__isnull=False, ended_until__gte=F("ended_from")),
            ),
            models.CheckConstraint(
                name="problem_ended_after_it_began", condition=Q(ended_from=None) | Q(ended_from__gte=F("began_from"))
            ),
            models.CheckConstraint(
                name="problem_resolved_has_ended",
                condition=~Q(status=ProblemStatus.RESOLVED) | Q(ended_from__isnull=False) & ~Q(cause=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def said(self) -> str:
        """What happened, for customers, in the language in use."""
        return self.said_en if in_english() else self.said_vi

    @property
    def over_by(self) -> datetime | None:
        """The latest moment at which it may still have been going on; None while it is."""
        return self.ended_until or self.ended_from


class ProblemLink(Entry):
    """An issue that came of the problem: the customer is told that it was our fault, in the words of the problem as they were when
    it was linked. Words that change later are taken over by linking anew, so that nothing changes under an approval.

    `offered` is the remedy that was proposed for it from the problem's page: once, whatever becomes of it. The row goes when
    the link is taken back; the case's record keeps that it stood.
    """

    issue = models.OneToOneField(Issue, on_delete=models.PROTECT, related_name="problem_link", verbose_name=_("issue"))
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, related_name="links", verbose_name=_("problem record")
    )
    said_vi = models.TextField()
    said_en = models.TextField()
    offered = models.OneToOneField(
        Remedy, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("remedy")
    )

    class Meta:
        verbose_name = _("link to a problem record")
        verbose_name_plural = _("links to problem records")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.problem_id}"

    @property
    def said(self) -> str:
        """What the customer is told of it, in the language in use."""
        return self.said_en if in_english() else self.said_vi

    @property
    def is_up_to_date(self) -> bool:
        """Whether it says what the problem says now."""
        return (self.said_vi, self.said_en) == (self.problem.said_vi, self.problem.said_en)
