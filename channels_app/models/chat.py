"""Live chat: a visitor's conversation, and who of us is there to talk."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Customer
from accounts.models import User
from cases.models import Case


class Chat(models.Model):
    """One visitor's conversation on a website. Its first message opens its case, and the case stays the same (R-08).

    What is said are the messages of the case; here is only what a conversation has beyond them. Its key is known to the
    visitor's browser alone and kept as a hash.
    """

    class State(models.TextChoices):
        GREETED = "greeted", _("nothing said yet")
        WAITING = "waiting", _("waiting for somebody")
        TALKING = "talking", _("in conversation")
        ENDED = "ended", _("ended")

    public_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    key_hash = models.CharField(max_length=64, editable=False)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="chat", verbose_name=_("case")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.GREETED)
    agent = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="chats", verbose_name=_("agent")
    )
    language = models.CharField(max_length=5, default="vi")
    website = models.CharField(
        _("website"), max_length=200, blank=True, help_text="The embedding origin, nothing more."
    )
    dropped_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who had it last, while it waits again.",
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    lost_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the visitor left, or the conversation ended, before a person had replied.",
    )
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    seen_at = models.DateTimeField(_("visitor last seen"), default=timezone.now)
    left_at = models.DateTimeField(_("visitor left"), null=True, blank=True)
    visitor_read = models.BigIntegerField(default=0, help_text="Id of the last message shown to the visitor.")
    agent_read = models.BigIntegerField(default=0, help_text="Id of the last message shown to the agent.")

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        constraints = [
            models.CheckConstraint(
                name="chat_has_case_once_something_was_said", condition=Q(state="greeted") | Q(case__isnull=False)
            ),
            models.CheckConstraint(
                name="chat_is_talked_by_somebody", condition=~Q(state="talking") | Q(agent__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["waiting_since"], name="chat_waiting", condition=Q(state="waiting")),
            models.Index(fields=["agent"], name="chat_talking", condition=Q(state="talking")),
        ]

    def __str__(self) -> str:
        return str(self.case or self.public_id)


class ChatDuty(models.Model):
    """Whether somebody takes chats now: they said so, and their console is open (`seen_at`)."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="chat_duty", verbose_name=_("member of staff")
    )
    takes_chats = models.BooleanField(_("takes chats"), default=False)
    capacity = models.PositiveSmallIntegerField(_("chats at once"), default=3)
    seen_at = models.DateTimeField(_("console last seen"), null=True, blank=True)
    given_at = models.DateTimeField(_("last chat given"), null=True, blank=True)

    class Meta:
        verbose_name = _("chat duty")
        verbose_name_plural = _("chat duties")

    def __str__(self) -> str:
        return str(self.user)
