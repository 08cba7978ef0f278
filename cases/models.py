"""The heart: the case, its events, its answers, its clocks and follow-ups; and what staff configure about them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, OrderBy, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import ActorKind
from accounts.customers.models import Contact, Customer, Notice
from accounts.models import Department, User
from cskh.core.models import Named

from .saved_view import SavedView as SavedView
from .sla.clock import ClockKind
from .states import OPEN, Channel, ClosedAs, Nature, Priority, Status

ACTOR_KINDS = [(kind.value, kind.value) for kind in ActorKind]
CLOCK_KINDS = [
    (ClockKind.FIRST_RESPONSE.value, _("first response")),
    (ClockKind.NEXT_RESPONSE.value, _("next response")),
    (ClockKind.EVIDENCE_WAIT.value, _("evidence wait")),
    (ClockKind.RESOLUTION.value, _("resolution")),
    (ClockKind.REGULATORY.value, _("regulatory limit")),
    (ClockKind.FIRST_CONTACT.value, _("first contact after reopening")),
    (ClockKind.CALL_BACK.value, _("call back")),
]


class Category(Named):
    """Topic (no parent) → reason. Reasons are what cases carry; they decide department, priority, checklist and approval."""

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reasons", verbose_name=_("topic")
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="categories", verbose_name=_("department")
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    needs_approval = models.BooleanField(
        _("needs approval"), default=False, help_text=_("An outcome is proposed by one person and approved by another.")
    )
    is_complex = models.BooleanField(
        _("complex"), default=False, help_text=_("The customer hears about progress at a set rhythm from the start.")
    )
    is_restricted = models.BooleanField(
        _("restricted"), default=False, help_text=_("Only the department and managers see these cases.")
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["slug"]


class Calendar(Named):
    """Working hours. `week` maps weekday ("0" is Monday) to windows [["08:00", "12:00"], …]; "00:00" ends at midnight."""

    zone = models.CharField(_("time zone"), max_length=60, default="Asia/Ho_Chi_Minh")
    week = models.JSONField(_("week"), default=dict)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("working calendar")
        verbose_name_plural = _("working calendars")


class CalendarDay(models.Model):
    """A day that differs: a holiday (no hours) or hours of its own (làm bù)."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="days", verbose_name=_("calendar"))
    date = models.DateField(_("date"))
    hours = models.JSONField(_("hours"), default=list, blank=True, help_text=_("Empty: closed all day."))
    name = models.CharField(_("name"), max_length=120, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class SlaTarget(models.Model):
    """How long a clock may run. Empty fields match everything; the most specific row wins (category, priority, channel)."""

    kind = models.CharField(_("clock"), max_length=20, choices=CLOCK_KINDS)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("category"))
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    seconds = models.PositiveIntegerField(_("seconds"), help_text=_("Working seconds of the calendar."))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, verbose_name=_("calendar"))

    class Meta:
        verbose_name = _("service target")
        verbose_name_plural = _("service targets")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "category", "priority", "channel"], name="sla_target_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.seconds} s"


# As the index of the overview and its queries say it; a case is closed when it has a time of that.
IS_OPEN = models.ExpressionWrapper(Q(closed_at__isnull=True), output_field=models.BooleanField())


class Case(models.Model):
    """One matter of one customer, from first contact to the end.

    `status` is written by the gate (`cases.workflow._take_step`) and by nothing else. `last_event_number` and
    `last_event_hash` are the head of the case's event chain, so that a cut tail shows; the number doubles as the version
    that ETags carry. Amounts are whole VND.
    """

    code = models.CharField(_("code"), max_length=30, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cases", verbose_name=_("customer"))
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("answer goes to")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    origin_ref = models.CharField(
        max_length=100, blank=True, help_text="What the channel calls the first message; opaque here."
    )
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("notice shown"))

    subject = models.CharField(_("subject"), max_length=300, blank=True)
    nature = models.CharField(_("nature"), max_length=30, choices=Nature, default=Nature.SERVICE_REQUEST)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("category")
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    urgency = models.PositiveSmallIntegerField(default=1, help_text="Rank of the priority, so that queues sort by it.")
    is_complex = models.BooleanField(_("complex"), default=False)
    incident_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    transaction_ref = models.CharField(_("transaction code"), max_length=100, blank=True)
    amount = models.BigIntegerField(_("amount (VND)"), null=True, blank=True)

    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.RECEIVED)
    closed_as = models.CharField(_("closed as"), max_length=20, choices=ClosedAs, blank=True)
    duplicate_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("duplicate of"),
    )
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("department")
    )
    assignee = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("owner")
    )
    needs_manager = models.BooleanField(
        _("in the manager's queue"), default=False, help_text=_("Nobody else is eligible, or it was escalated.")
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    reopen_asked_at = models.DateTimeField(
        _("reopening asked for"), null=True, blank=True, help_text=_("The customer wrote after the case was closed.")
    )

    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)
    classified_at = models.DateTimeField(_("classified at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("reopened at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    unanswered_since = models.DateTimeField(
        _("waiting for a reply since"),
        null=True,
        blank=True,
        help_text=_("The oldest customer message nobody replied to."),
    )
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True, help_text=_("The earliest running clock."))

    # Versions (`etag`) for one of which a change is meant; the gate refuses it on any other. None: for whatever is there.
    if_match: frozenset[str] | None = None

    last_event_number = models.PositiveIntegerField(default=0, editable=False)
    last_event_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                name="case_closed_says_how",
                condition=Q(status=Status.CLOSED, closed_at__isnull=False) & ~Q(closed_as="")
                | ~Q(status=Status.CLOSED) & Q(closed_as="", closed_at__isnull=True),
            ),
            models.CheckConstraint(
                # What is not classified is in intake's queue, whatever its status.
                name="case_open_has_a_queue",
                condition=Q(category__isnull=True) | Q(status=Status.CLOSED) | Q(department__isnull=False),
            ),
            models.CheckConstraint(
                name="case_silence_never_closes_after_rejection",
                condition=~Q(closed_as=ClosedAs.NO_REPLY) | Q(round=1),
            ),
            models.CheckConstraint(
                name="case_duplicate_names_its_original",
                condition=Q(closed_as=ClosedAs.DUPLICATE, duplicate_of__isnull=False)
                | ~Q(closed_as=ClosedAs.DUPLICATE) & Q(duplicate_of__isnull=True),
            ),
        ]
        indexes = [
            # The queues: open cases, urgent first, then by what is due. Partial, so they stay small among millions.
            models.Index(
                fields=["department", "-urgency", "next_due_at", "id"],
                name="case_queue_department",
                condition=Q(status__in=sorted(OPEN)),
            ),
            models.Index(
                fields=["assignee", "-urgency", "next_due_at", "id"],
                name="case_queue_assignee",
                condition=Q(status__in=sorted(OPEN)),
            ),
            models.Index(
                fields=["-urgency", "next_due_at", "id"], name="case_queue_all", condition=Q(status__in=sorted(OPEN))
            ),
            models.Index(
                fields=["-urgency", "next_due_at", "id"],
                name="case_queue_reopened",
                condition=Q(status__in=sorted(OPEN), round__gt=1),
            ),
            models.Index(
                fields=["-urgency", "next_due_at", "id"],
                name="case_queue_manager",
                condition=Q(status__in=sorted(OPEN)) & (Q(needs_manager=True) | Q(status=Status.AWAITING_APPROVAL)),
            ),
            models.Index(
                fields=["-urgency", "next_due_at", "id"],
                name="case_asked_to_reopen",
                condition=Q(status=Status.CLOSED, reopen_asked_at__isnull=False),
            ),
            models.Index(fields=["-opened_at", "-id"], name="case_newest"),
            models.Index(
                OrderBy(IS_OPEN, descending=True),
                F("urgency").desc(),
                F("opened_at").desc(),
                F("id").desc(),
                name="case_overview",
            ),
            # The list of all cases, sorted by what is due either way; what is not due comes last in both.
            models.Index(F("next_due_at").asc(nulls_last=True), F("id").desc(), name="case_due_first"),
            models.Index(F("next_due_at").desc(nulls_last=True), F("id").desc(), name="case_due_last"),
            models.Index(fields=["status", "-opened_at", "-id"], name="case_by_status"),
            models.Index(fields=["customer", "-opened_at"], name="case_by_customer"),
            models.Index(fields=["category", "closed_at"], name="case_by_category"),
            models.Index(fields=["transaction_ref"], name="case_by_transaction", condition=~Q(transaction_ref="")),
            GinIndex(OpClass(Upper("subject"), name="gin_trgm_ops"), name="case_subject_trigrams"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.status != Status.CLOSED

    @property
    def etag(self) -> str:
        """The version of what the case says: every change of it is an event."""
        return f'"{self.last_event_number}"'


class CaseEvent(models.Model):
    """An unchangeable record that something happened. UPDATE and DELETE are refused by a trigger.

    `facts` holds ids, enums, amounts and salted hashes, never personal text. `hash` covers the whole row and the hash before.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    actor_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    actor_id = models.CharField(max_length=64)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="event_number_once")]
        indexes = [  # a program's own cases: those whose first event it made
            models.Index(
                fields=["actor_id", "case"],
                name="case_by_opener",
                condition=Q(number=1, actor_kind=ActorKind.INTEGRATION.value),
            )
        ]
        ordering = ["case_id", "number"]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.kind}"


class EventText(models.Model):
    """The words that belong to an event (a reason, a summary). Erasable: the event keeps only their salted hash."""

    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, related_name="words")
    text = models.TextField()
    salt = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("words of an event")
        verbose_name_plural = _("words of events")

    def __str__(self) -> str:
        return self.text[:60]


class Answer(models.Model):
    """What the operator says at the end of a round. One is sent a round."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned for rework")
        SENT = "sent", _("sent")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="answers", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"))
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State)
    is_final = models.BooleanField(_("final response"), default=False)
    author_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    author_id = models.CharField(max_length=64)
    decided_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("approved or returned by"),
    )
    created_at = models.DateTimeField(_("written at"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"],
                condition=Q(state__in=["proposed", "approved", "sent"]),
                name="answer_once_a_round",
            ),
            models.CheckConstraint(
                name="answer_sent_has_time", condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent")
            ),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id}, {self.round}"


class Pause(models.Model):
    """Customer-side time: from the delivery of an evidence request to its end (design of clocks). Half-open."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="pauses")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="pause_one_open_a_case"),
            models.CheckConstraint(
                name="pause_ends_after_start", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at} – {self.ended_at or '…'}"


class Clock(models.Model):
    """One running deadline of a case. `due_at` is stored; while a pause is open it is empty and `paused_at` is set.

    `next_look_at` is when the sweep must look at it again: the warning point, then the due time, then never.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks", verbose_name=_("case"))
    kind = models.CharField(_("clock"), max_length=20, choices=CLOCK_KINDS)
    round = models.PositiveSmallIntegerField(_("round"))
    started_at = models.DateTimeField(_("started at"))
    target_seconds = models.PositiveIntegerField(_("target (s)"))
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("calendar"))
    fixed_due_at = models.DateTimeField(
        null=True, blank=True, help_text="Set where people chose the due time themselves."
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(_("breached at"), null=True, blank=True)
    next_look_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(stopped_at__isnull=True), name="clock_one_running_a_kind"
            )
        ]
        indexes = [
            models.Index(fields=["next_look_at"], name="clock_to_look_at", condition=Q(next_look_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"


class FollowUp(models.Model):
    """Something dated that Celery or a person must do about a case. Done once, whoever looks first."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", _("progress message")
        SILENCE_REMINDER = "silence_reminder", _("reminder of the answer")
        CLOSE_NO_REPLY = "close_no_reply", _("close without reply")
        EVIDENCE_REMINDER = "evidence_reminder", _("reminder of the evidence")
        EVIDENCE_OVERDUE = "evidence_overdue", _("longest wait for evidence")
        CALL_BACK = "call_back", _("call back")
        REVIEW_REOPENED = "review_reopened", _("look at the case again")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follow_ups", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    round = models.PositiveSmallIntegerField(_("round"))
    sequence = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField(_("due"))
    facts = models.JSONField(default=dict, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [models.UniqueConstraint(fields=["case", "kind", "round", "sequence"], name="follow_up_once")]
        indexes = [
            models.Index(
                fields=["due_at"], name="follow_up_due", condition=Q(done_at__isnull=True, cancelled_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.case_id}"
