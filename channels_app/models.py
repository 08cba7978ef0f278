"""How messages come in and go out."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.customers.models import Contact, Customer
from accounts.models import ApiClient, User
from cases.evidence.models import EvidenceItem, EvidenceRequest, StoredFile
from cases.models import ACTOR_KINDS, Answer, Case, CaseEvent, Category
from cases.states import Channel


class MailboxState(models.Model):
    """How far a mail box has been read: the UID of the last mail taken, valid for one UIDVALIDITY of the server."""

    address = models.CharField(_("address"), max_length=320, unique=True)
    uid_validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    polled_at = models.DateTimeField(_("last read"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("mail box")
        verbose_name_plural = _("mail boxes")

    def __str__(self) -> str:
        return self.address


class InboundItem(models.Model):
    """Something that came in and cannot be asked for again, kept raw before anything can fail (R-07, R-66)."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        SET_ASIDE = "set_aside", _("set aside")  # automatic, bounce, own loop: kept, no case
        FAILED = "failed", _("could not be read")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    source = models.CharField(
        _("arrived at"), max_length=320, help_text=_("The mail box or integration it came through.")
    )
    external_id = models.CharField(_("external id"), max_length=500)
    raw = models.BinaryField(_("as received"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    why = models.TextField(_("why"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("case")
    )

    class Meta:
        verbose_name = _("inbound item")
        verbose_name_plural = _("inbound items")
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="inbound_item_once")]
        indexes = [models.Index(fields=["next_try_at"], name="inbound_to_try", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.channel} {self.external_id}"


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
    html = models.TextField(blank=True, help_text="As received and unsafe; cleaned whenever shown.")
    external_id = models.CharField(max_length=500, blank=True, help_text="Message-ID or the channel's own id.")
    in_reply_to = models.CharField(max_length=500, blank=True)
    inbound = models.OneToOneField(InboundItem, on_delete=models.PROTECT, null=True, blank=True, related_name="message")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, null=True, blank=True, related_name="messages")
    evidence_request = models.ForeignKey(
        EvidenceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="messages"
    )
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["case", "created_at", "id"], name="message_by_case"),
            models.Index(fields=["external_id"], name="message_by_external_id", condition=~Q(external_id="")),
            GinIndex(OpClass(Upper("body"), name="gin_trgm_ops"), name="message_body_trigrams"),
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


class OneTimeCode(models.Model):
    """A six-digit code sent to a contact of a case. The digits are derived from the key of the installation, not stored."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    browser = models.CharField(max_length=64, help_text="Hash of the session that asked; only it may use the code.")
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")

    def __str__(self) -> str:
        return f"{self.case_id} {self.created_at}"


class StaffNotice(models.Model):
    """Something a member of staff is told about a case, on the desk and by mail. Once an event and person."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", verbose_name=_("for"))
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", verbose_name=_("case"))
    event = models.ForeignKey(CaseEvent, on_delete=models.CASCADE, related_name="+", verbose_name=_("event"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["event", "recipient"], name="notice_once")]
        indexes = [models.Index(fields=["recipient"], name="notice_unread", condition=Q(read_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.event_id}"


class Delivery(models.Model):
    """One thing on its way out: written with the change that causes it, sent after commit, tried until it arrives.

    Exactly one of `message`, `notice` and `one_time_code` is set; the text is rendered from it when it is sent.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("could not be delivered")
        BOUNCED = "bounced", _("came back")
        CANCELLED = "cancelled", _("cancelled")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries")
    notice = models.ForeignKey(StaffNotice, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries")
    one_time_code = models.ForeignKey(
        OneTimeCode, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    address = models.CharField(_("to"), max_length=320, blank=True)
    reference = models.CharField(
        max_length=255, unique=True, help_text="A mail's Message-ID. The same at every try, so that doubles are seen."
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True, default=timezone.now)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("queued at"), default=timezone.now)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(
                name="delivery_of_one_thing",
                condition=Q(message__isnull=False, notice__isnull=True, one_time_code__isnull=True)
                | Q(message__isnull=True, notice__isnull=False, one_time_code__isnull=True)
                | Q(message__isnull=True, notice__isnull=True, one_time_code__isnull=False),
            )
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="delivery_to_try", condition=Q(state__in=["queued", "sending"]))
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"


class WebhookTarget(models.Model):
    """An address of an integration that hears of case events. `secret` signs what we send; it is shown once."""

    client = models.ForeignKey(
        ApiClient, on_delete=models.CASCADE, related_name="webhooks", verbose_name=_("API client")
    )
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=40), blank=True, default=list, help_text=_("Empty: all events."))
    sealed_secret = models.BinaryField(editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event on its way to one target."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    target = models.ForeignKey(WebhookTarget, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True, default=timezone.now)
    response_status = models.PositiveSmallIntegerField(_("response"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [models.UniqueConstraint(fields=["target", "event"], name="webhook_delivery_once")]
        indexes = [
            models.Index(fields=["next_try_at"], name="webhook_to_try", condition=Q(state__in=["queued", "sending"]))
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.event_id}"


class Call(models.Model):
    """A telephone call, as the exchange reports it and staff log it."""

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        ANSWERED = "answered", _("answered")
        MISSED = "missed", _("missed")
        ENDED = "ended", _("ended")

    class Direction(models.TextChoices):
        IN = "in", _("from the customer")
        OUT = "out", _("to the customer")

    external_id = models.CharField(_("call id"), max_length=200, unique=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction, default=Direction.IN)
    state = models.CharField(_("state"), max_length=10, choices=State)
    number = models.CharField(_("number"), max_length=32, db_index=True)
    agent = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("agent")
    )
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("customer")
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="calls", verbose_name=_("case")
    )
    recording_ref = models.CharField(_("recording"), max_length=300, blank=True)
    recording_consent = models.BooleanField(_("customer agreed to the recording"), default=False)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


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
