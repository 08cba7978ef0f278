"""Summaries of the cases: kept up to date by `keeping`, read by the reports, and made anew from the cases at any time."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from cases.complaints.models import Cause, Outcome
from cases.models import Case, Category
from cases.states import Channel, ClosedAs


class Basis(models.TextChoices):
    """By which day a case belongs to a month: months are those of our time zone."""

    OPENED = "opened", _("by the month of opening")
    ANSWERED = "answered", _("by the month of the first answer")
    CLOSED = "closed", _("by the month of closing")
    ASKED = "asked", _("by the month of asking")


class Placed(models.Model):
    """Where a case belongs. `place` says the same in one word, so that summaries are found by it."""

    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+", db_constraint=False)
    category = models.ForeignKey(Category, models.CASCADE, null=True, related_name="+", db_constraint=False)
    channel = models.CharField(max_length=10, choices=Channel)
    is_complaint = models.BooleanField()
    place = models.CharField(max_length=60)

    class Meta:
        abstract = True


class CountedCase(Placed):
    """What reports need to know of one case, as `counting` reads it. `version` is the case's when it was read.

    `outcome` and `causes` are those of all issues of a complaint together. Seconds and steps (`lengths`) are those of a case
    that is closed; `net` is without the time we waited for the customer. Of an open case `paused` is what it has waited, apart
    from a wait that has not ended, `paused_since`. `asked_at` is when the customer was last asked how satisfied they are, `score`
    and `ease` (1 to 5) what they said to that last.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="+", db_constraint=False)
    version = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    opened_month = models.DateField()
    answered_at = models.DateTimeField(null=True)
    answered_month = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_month = models.DateField(null=True)
    closed_as = models.CharField(max_length=20, choices=ClosedAs, blank=True)
    asked_at = models.DateTimeField(null=True)
    asked_month = models.DateField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    ease = models.PositiveSmallIntegerField(null=True)
    is_reopened = models.BooleanField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    causes = ArrayField(models.CharField(max_length=24, choices=Cause))
    paused = models.PositiveIntegerField()
    paused_since = models.DateTimeField(null=True)
    elapsed = models.PositiveIntegerField(null=True)
    net = models.PositiveIntegerField(null=True)
    elapsed_step = models.PositiveSmallIntegerField(null=True)
    net_step = models.PositiveSmallIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["opened_month", "place"], name="counted_by_opening"),
            models.Index(fields=["answered_month", "place"], name="counted_by_answer"),
            models.Index(fields=["closed_month", "place"], name="counted_by_closing"),
            models.Index(fields=["asked_month", "place"], name="counted_by_asking"),
            models.Index(fields=["opened_at"], name="counted_open", condition=Q(closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.case_id)


def _count(**more: Any) -> Any:
    return models.PositiveIntegerField(default=0, **more)


def _count_since() -> Any:
    """Added to rows that were there before."""
    return _count(db_default=0)


def _spread() -> Any:
    return ArrayField(models.IntegerField(), default=list)


class Judged(Placed):
    """Complaints of one month and place, by how they came out (`measures`)."""

    basis = models.CharField(max_length=8, choices=Basis)
    month = models.DateField()
    complaints = _count()
    upheld = _count()
    partly = _count()
    not_upheld = _count()
    out_of_scope = _count()
    given_up = _count()
    undecided = _count()

    class Meta:
        abstract = True


class Cell(Judged):
    """Cases of one month and place, counted by every measure.

    How long they took stands where they are counted by the month of opening: those solved, and those that ended otherwise.
    """

    cases = _count()
    open = _count()
    closed = _count()
    accepted = _count()
    final_response = _count()
    no_reply = _count()
    withdrawn = _count()
    duplicate = _count()
    spam = _count()
    answered = _count()
    reopened = _count()
    asked = _count_since()
    said = _count_since()
    satisfied = _count_since()
    score_1 = _count_since()
    score_2 = _count_since()
    score_3 = _count_since()
    score_4 = _count_since()
    score_5 = _count_since()
    said_ease = _count_since()
    easy = _count_since()
    solved = _spread()
    solved_net = _spread()
    otherwise = _spread()
    otherwise_net = _spread()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["basis", "month", "place"], name="cell_once")]

    def __str__(self) -> str:
        return f"{self.basis} {self.month} {self.place}"


class CauseCell(Judged):
    """Complaints with an issue that came of one cause; a complaint counts under each of its causes. By closing alone."""

    cause = models.CharField(max_length=24, choices=Cause)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["basis", "month", "place", "cause"], name="cause_cell_once")]

    def __str__(self) -> str:
        return f"{self.month} {self.place} {self.cause}"


class OpenCell(Placed):
    """Cases that are open, by the month in which they were opened: how old they were at `Progress.as_of`."""

    month = models.DateField()
    open = _count()
    ages = _spread()
    ages_net = _spread()
    oldest = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "place"], name="open_cell_once")]

    def __str__(self) -> str:
        return f"{self.month} {self.place}"


class Progress(models.Model):
    """How far the summaries are. One row.

    Every event up to `settled` is counted. Those up to `pending` are seen or were being written when `pending_horizon` was the
    next transaction to come: once all before that are over, there is nothing more to come below `pending`. `healed_case` and
    `healed_month` are how far counting everything anew has come.
    """

    settled = models.BigIntegerField(default=0)
    pending = models.BigIntegerField(default=0)
    pending_horizon = models.BigIntegerField(default=0)
    healed_case = models.BigIntegerField(default=0)
    healed_month = models.DateField(null=True)
    as_of = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.settled}, {self.as_of}"


class MonthlyReport(models.Model):
    """One edition of the complaints report of a month, of one department or of all: its figures as of `as_of`, and how it was
    printed. UPDATE and DELETE are refused by a trigger; who wants today's figures makes the next edition."""

    month = models.DateField(_("month"))
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, related_name="+", verbose_name=_("department"), db_constraint=False
    )
    edition = models.PositiveSmallIntegerField(_("edition"))
    as_of = models.DateTimeField(_("counted as of"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("made by"), db_constraint=False)
    content = models.TextField(help_text="Canonical JSON: the figures, and names in both languages.")
    pdf_vi = models.BinaryField()
    pdf_en = models.BinaryField()

    class Meta:
        verbose_name = _("monthly complaints report")
        verbose_name_plural = _("monthly complaints reports")
        ordering = ["-month", "-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "department", "edition"], name="monthly_report_edition_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} ({self.edition})"

    def filename(self, language: str) -> str:
        place = f"-{self.department.slug}" if self.department else ""
        return f"complaints-{self.month:%Y-%m}{place}-{self.edition}-{language}.pdf"


class Export(models.Model):
    """Somebody took figures or a list of cases out as a file, and said what for. UPDATE and DELETE are refused by a trigger."""

    at = models.DateTimeField(_("at"), default=timezone.now)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("exported by"), db_constraint=False)
    what = models.CharField(_("what"), max_length=200)
    query = models.CharField(_("chosen by"), max_length=1000, blank=True)
    format = models.CharField(_("format"), max_length=4)
    rows = models.PositiveIntegerField(_("rows"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        indexes = [models.Index(name="export_latest", fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.at:%Y-%m-%d %H:%M}"
