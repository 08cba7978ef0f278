"""What is said on a case."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.evidence.models import EvidenceItem, EvidenceRequest, StoredFile
from cases.models import ACTOR_KINDS, Answer, Case, Category
from cases.states import Channel
from cskh.core.folding import Folded

from .help import HelpVersion
from .inbound import InboundItem


class Message(models.Model):
    """One thing said on a case over a channel, in or out; or an internal note."""

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("to the customer")
        INTERNAL = "internal", _("internal note")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages", verbose_name=_("case"))
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    author_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    author_id = models.CharField(max_length=64)
    is_automatic = models.BooleanField(_("automatic"), default=False)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body = models.TextField(_("text"))
    quoted = models.TextField(blank=True, help_text="The whole text where `body` is only its new words.")
    external_id = models.CharField(max_length=500, blank=True, help_text="Message-ID or the channel's own id.")
    in_reply_to = models.CharField(max_length=500, blank=True)
    inbound = models.OneToOneField(InboundItem, on_delete=models.PROTECT, null=True, blank=True, related_name="message")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    evidence_request = models.ForeignKey(
        EvidenceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    cites = models.ManyToManyField(
        HelpVersion, related_name="cited_in", blank=True, verbose_name=_("help articles cited")
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["case", "created_at", "id"], name="message_by_case"),
            models.Index(fields=["external_id"], name="message_by_external_id", condition=~Q(external_id="")),
            GinIndex(OpClass(Folded("body"), name="gin_trgm_ops"), name="message_body_folded"),
        ]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:60]


class Attachment(models.Model):
    """A file that came with a message. What is evidence has an evidence item for the same stored file."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    evidence_item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    filename = models.CharField(max_length=255)
    refused = models.CharField(
        max_length=300, blank=True, help_text="Why the file was not taken; it stays in the raw mail."
    )

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")

    def __str__(self) -> str:
        return self.filename


class ReplyTemplate(models.Model):
    """A prepared text for the composer. `{code}`, `{customer}`, `{agent}` and `{brand}` are filled in; nothing else is run."""

    shortcut = models.SlugField(_("shortcut"), unique=True)
    title = models.CharField(_("title"), max_length=120)
    body_vi = models.TextField(_("text (Vietnamese)"))
    body_en = models.TextField(_("text (English)"))
    category = models.ForeignKey(
        Category,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        help_text=_("Empty: offered everywhere."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("reply template")
        verbose_name_plural = _("reply templates")
        ordering = ["shortcut"]

    def __str__(self) -> str:
        return self.title
