"""The case itself."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, OrderBy, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Contact, Customer, Notice
from accounts.models import Department, User
from cases.states import LEVELS, OPEN, Channel, ClosedAs, Nature, Priority, Status
from cskh.core.folding import Folded

from .choices import SAFETY_KINDS
from .configuration import Category

# As the index of the overview and its queries say it; a case is closed when it has a time of that.
IS_OPEN = models.ExpressionWrapper(Q(closed_at__isnull=True), output_field=models.BooleanField())

# As the indexes of the queues say it.
STILL_OPEN = Q(status__in=sorted(OPEN))


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
    checklist_number = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="The version of the category's checklist it was classified under."
    )
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
    safety_kinds = ArrayField(
        models.CharField(max_length=20, choices=SAFETY_KINDS),
        verbose_name=_("flagged for protection"),
        default=list,
        db_default=[],
        blank=True,
        help_text="What the customer's words were found to say. It stands until the protection team clears it.",
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
    first_replied_at = models.DateTimeField(
        _("first replied to at"),
        null=True,
        blank=True,
        help_text="When a person of ours first wrote to the customer.",
    )
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
    # The status before the step that is being taken; the gate says so to whatever the step does.
    came_from: str = ""

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
                condition=STILL_OPEN,
            ),
            models.Index(
                fields=["assignee", "-urgency", "next_due_at", "id"],
                name="case_queue_assignee",
                condition=STILL_OPEN,
            ),
            models.Index(fields=["-urgency", "next_due_at", "id"], name="case_queue_all", condition=STILL_OPEN),
            models.Index(
                fields=["-urgency", "next_due_at", "id"],
                name="case_queue_reopened",
                condition=Q(status__in=sorted(OPEN), round__gt=1),
            ),
            models.Index(
                fields=["-urgency", "next_due_at", "id"],
                name="case_queue_manager",
                condition=STILL_OPEN & (Q(needs_manager=True) | Q(status=Status.AWAITING_APPROVAL)),
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
            # How cases ended lately.
            models.Index(fields=["closed_at", "closed_as"], name="case_by_end", condition=Q(status=Status.CLOSED)),
            # How fast live chat is answered: what began lately, and what was first replied to lately.
            models.Index(fields=["opened_at"], name="case_chat_opened", condition=Q(channel=Channel.CHAT)),
            models.Index(fields=["first_replied_at"], name="case_chat_replied", condition=Q(channel=Channel.CHAT)),
            models.Index(fields=["transaction_ref"], name="case_by_transaction", condition=~Q(transaction_ref="")),
            GinIndex(OpClass(Folded("subject"), name="gin_trgm_ops"), name="case_subject_folded"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        return self.status != Status.CLOSED

    @property
    def is_reviewed(self) -> bool:
        """Whether the matter stands at its last level: what comes after a rejection is the final response."""
        return self.round >= LEVELS

    @property
    def is_flagged(self) -> bool:
        """Whether words of the customer wait for the protection team's word (`cases.workflow.protection`)."""
        return bool(self.safety_kinds)

    @property
    def flagged_for(self) -> str:
        """What the customer's words were found to say; "" where nothing is flagged."""
        labels = dict(SAFETY_KINDS)
        return ", ".join(str(labels[kind]) for kind in self.safety_kinds)

    @property
    def etag(self) -> str:
        """The version of what the case says: every change of it is an event."""
        return f'"{self.last_event_number}"'
