"""Closed cases drawn by chance and reviewed by a form: what was drawn, how, and how it came out (R-02).

A review that is done, its marks and what the agent says to it are never changed: a trigger refuses it. Their texts may be emptied
when somebody's data are erased; the salted hashes beside them stay, and with them the seals ("" is the hash of no text).
"""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from cases.models import Case
from cskh.core.language import in_english


class Critical(models.TextChoices):
    """To whom an error is critical: the three classes that contact centres keep apart."""

    CUSTOMER = "customer", _("customer-critical")
    BUSINESS = "business", _("business-critical")
    COMPLIANCE = "compliance", _("compliance-critical")


class ReviewForm(models.Model):
    """One version of what reviews ask: a draft until it is published, and never changed after that. Reviews keep theirs."""

    number = models.PositiveSmallIntegerField(_("version"), unique=True)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    pass_percent = models.PositiveSmallIntegerField(
        _("passed from (%)"),
        default=80,
        validators=[MaxValueValidator(100)],
        help_text=_(
            "Of what applies, so much must be met. A compliance-critical error fails a review whatever its score."
        ),
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("published by")
    )

    class Meta:
        verbose_name = _("quality form")
        verbose_name_plural = _("quality forms")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(published_at__isnull=True), name="quality_form_one_draft"
            ),
            models.CheckConstraint(name="quality_form_percent", condition=Q(pass_percent__lte=100)),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_draft(self) -> bool:
        return self.published_at is None


class Criterion(models.Model):
    """One thing that a review says of a case: met, not met, or not applicable."""

    form = models.ForeignKey(
        ReviewForm, on_delete=models.CASCADE, related_name="criteria", verbose_name=_("quality form")
    )
    slug = models.SlugField(_("slug"))
    critical = models.CharField(_("an error is"), max_length=10, choices=Critical)
    text_vi = models.CharField(_("what is met (Vietnamese)"), max_length=200)
    text_en = models.CharField(_("what is met (English)"), max_length=200)
    help_vi = models.CharField(_("how to tell (Vietnamese)"), max_length=400, blank=True)
    help_en = models.CharField(_("how to tell (English)"), max_length=400, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["form_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["form", "slug"], name="quality_criterion_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return self.text_en if in_english() else self.text_vi

    @property
    def help(self) -> str:
        return self.help_en if in_english() else self.help_vi


class Strata(models.TextChoices):
    """From what cases are drawn separately, so that small ones are seen too."""

    DEPARTMENT = "department", _("department")
    AGENT = "agent", _("agent")


class Sample(models.Model):
    """One drawing. With the same cases to draw from, `seed` gives the same ones again (`drawing`).

    `population` has for each stratum its name, how many cases there were, how many were drawn, and a hash that names the cases.
    """

    at = models.DateTimeField(_("drawn at"), default=timezone.now)
    drawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("drawn by"))
    form = models.ForeignKey(ReviewForm, on_delete=models.PROTECT, related_name="+", verbose_name=_("quality form"))
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("department")
    )
    first_day = models.DateField(_("closed from"))
    last_day = models.DateField(_("closed until"))
    strata = models.CharField(_("drawn from each"), max_length=10, choices=Strata)
    size = models.PositiveSmallIntegerField(_("cases from each"))
    seed = models.CharField(_("seed"), max_length=32)
    population = models.JSONField(_("drawn from"), default=list)

    class Meta:
        verbose_name = _("quality sample")
        verbose_name_plural = _("quality samples")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="quality_sample_days", condition=Q(first_day__lte=models.F("last_day"))),
            models.CheckConstraint(name="quality_sample_size", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Review(models.Model):
    """How the work of `agent` on one round of a case was, by somebody who had no part in it.

    `*_ok` say whether an error of the class was found; None where nothing of it applied. `sha256` seals all that is said, with
    `salt`, and stands in the case's chain. `department` is that of the case when it was drawn.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("review", "to be done")
        DONE = "done", pgettext_lazy("review", "done")

    sample = models.ForeignKey(
        Sample, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("quality sample")
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"))
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("whose work"))
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("department")
    )
    state = models.CharField(_("state"), max_length=4, choices=State, default=State.OPEN)
    reviewer = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    done_at = models.DateTimeField(_("reviewed at"), null=True)
    score = models.PositiveSmallIntegerField(_("score (%)"), null=True)
    passed = models.BooleanField(_("passed"), null=True)
    customer_ok = models.BooleanField(null=True)
    business_ok = models.BooleanField(null=True)
    compliance_ok = models.BooleanField(null=True)
    summary = models.TextField(_("in all"), blank=True)
    summary_sha256 = models.CharField(max_length=64, blank=True)
    salt = models.CharField(max_length=32, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("quality review")
        verbose_name_plural = _("quality reviews")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="quality_review_once"),
            models.CheckConstraint(
                name="quality_review_done_says_how",
                condition=Q(state="open", done_at=None, passed=None)
                | Q(state="done", done_at__isnull=False, passed__isnull=False, reviewer__isnull=False)
                & ~Q(reviewer=models.F("agent")),
            ),
            models.CheckConstraint(
                name="quality_compliance_error_fails", condition=~Q(passed=True, compliance_ok=False)
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "-done_at"], name="quality_by_agent"),
            models.Index(fields=["done_at"], name="quality_by_day"),
            models.Index(fields=["id"], name="quality_to_do", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}, {self.round}"

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE


class Mark(models.Model):
    """What a review says of one criterion."""

    class Result(models.TextChoices):
        MET = "met", _("met")
        NOT_MET = "not_met", _("not met")
        NOT_APPLICABLE = "na", _("not applicable")

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="marks", verbose_name=_("quality review"))
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+", verbose_name=_("criterion"))
    result = models.CharField(_("result"), max_length=7, choices=Result)
    comment = models.TextField(_("comment"), blank=True)
    comment_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["criterion__position", "criterion_id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="quality_mark_once"),
            models.CheckConstraint(
                name="quality_error_says_what", condition=~Q(result="not_met") | ~Q(comment_sha256="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.criterion_id}"


class AgentComment(models.Model):
    """What the agent says to the review of their work, once. A seal of it stands in the case's chain."""

    review = models.OneToOneField(
        Review, on_delete=models.PROTECT, related_name="said", verbose_name=_("quality review")
    )
    text = models.TextField(_("what the agent says"))
    text_sha256 = models.CharField(max_length=64)
    salt = models.CharField(max_length=32)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("comment of an agent")
        verbose_name_plural = _("comments of agents")

    def __str__(self) -> str:
        return str(self.review_id)
