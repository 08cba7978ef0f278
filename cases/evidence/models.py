"""What was asked for, what came in, and what somebody found about it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import ACTOR_KINDS, Case, Category
from cases.records.models import RecordKind, Snapshot
from cskh.core.language import in_english

from .kept import Custody as Custody
from .kept import CustodyEntry as CustodyEntry
from .kept import CustodyText as CustodyText
from .kept import DerivedPage as DerivedPage
from .kept import FileMetadata as FileMetadata
from .kept import Resemblance as Resemblance


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
    is_mandatory = models.BooleanField(_("mandatory"), default=True)
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
    def is_asked_of_customers(self) -> bool:
        return self.part in ASKED_OF_CUSTOMERS

    def _said(self, field: str) -> str:
        return str(getattr(self, f"{field}_en" if in_english() else f"{field}_vi"))


class StoredFile(models.Model):
    """An original, kept untouched and addressed by its SHA-256; and the safe copy staff look at."""

    class ScanState(models.TextChoices):
        OFF = "off", _("no scanner")
        WAITING = "waiting", _("not scanned yet")
        CLEAN = "clean", _("nothing found")
        INFECTED = "infected", _("malware found")

    class PreviewState(models.TextChoices):
        WAITING = "waiting", _("being prepared")
        READY = "ready", _("ready")
        IMPOSSIBLE = "impossible", _("not possible")

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField(_("size (bytes)"))
    content_type = models.CharField(_("type by content"), max_length=100)
    original = models.FileField(max_length=200)
    scan_state = models.CharField(max_length=10, choices=ScanState, default=ScanState.OFF)
    scanner = models.CharField(max_length=100, blank=True, help_text="Which one looked, with its version.")
    scanned_at = models.DateTimeField(null=True, blank=True)
    scan_tried_at = models.DateTimeField(null=True, blank=True, help_text="Whoever was asked last waits longest.")
    preview_state = models.CharField(
        max_length=10, choices=PreviewState, blank=True, help_text="Empty where the type has no preview."
    )
    likeness = models.BigIntegerField(null=True, blank=True, help_text="The perceptual hash of its first page.")
    preview_pages = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["created_at"], name="preview_to_make", condition=Q(preview_state="waiting")),
            models.Index(fields=["likeness"], name="file_by_likeness", condition=Q(likeness__isnull=False)),
            models.Index(fields=["created_at"], name="file_to_scan", condition=Q(scan_state__in=("off", "waiting"))),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def further_pages(self) -> range:
        """The numbers of the pages after the first."""
        return range(2, self.preview_pages + 1)

    @property
    def is_infected(self) -> bool:
        return self.scan_state == self.ScanState.INFECTED

    @property
    def why_closed(self) -> str:
        """In words for staff; empty for what is released."""
        if self.is_infected:
            return gettext("contains malware, cannot be opened")
        return "" if self.is_released else gettext("not scanned yet")

    @property
    def is_released(self) -> bool:
        """Whether anybody may get to see it: the scanner found nothing in it, or there is no scanner."""
        if self.scan_state == self.ScanState.OFF:
            return not settings.CLAMD
        return self.scan_state == self.ScanState.CLEAN


class EvidenceRequest(models.Model):
    """One asking: the items named, by when, and what became of it. The pause of the clocks runs from its delivery."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence_requests", verbose_name=_("case"))
    round = models.PositiveSmallIntegerField(_("round"))
    asked_by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    asked_by_id = models.CharField(max_length=64)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now)
    due_at = models.DateTimeField(_("due"))
    delivered_at = models.DateTimeField(_("reached the customer at"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("did not reach the customer"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence request")
        verbose_name_plural = _("evidence requests")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="evidence_request_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.asked_at}"


class RequestedItem(models.Model):
    """One thing that was asked for. `checklist_item` is set where it comes from the category's checklist."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        RECEIVED = "received", _("received")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        NOT_NEEDED = "not_needed", _("not needed any more")

    request = models.ForeignKey(EvidenceRequest, on_delete=models.CASCADE, related_name="items")
    checklist_item = models.ForeignKey(
        ChecklistItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=160)
    why = models.CharField(_("why"), max_length=300, blank=True)
    kind = models.CharField(_("form"), max_length=4, choices=ItemKind, default=ItemKind.ANY)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.REQUESTED)

    class Meta:
        verbose_name = _("requested item")
        verbose_name_plural = _("requested items")

    def __str__(self) -> str:
        return self.name


class EvidenceItem(models.Model):
    """One thing that came in: a file, or words such as a transaction code."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("case"))
    requested_item = models.ForeignKey(
        RequestedItem,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="received",
        verbose_name=_("answers"),
    )
    checklist_item = models.ForeignKey(
        ChecklistItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    text = models.TextField(_("text"), blank=True)
    filename = models.CharField(_("file name"), max_length=255, blank=True)
    declared_type = models.CharField(max_length=100, blank=True)
    channel = models.CharField(_("channel"), max_length=10)
    sender_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    sender_id = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)

    class Meta:
        verbose_name = _("evidence item")
        verbose_name_plural = _("evidence items")
        constraints = [
            models.CheckConstraint(name="evidence_item_has_content", condition=Q(file__isnull=False) | ~Q(text=""))
        ]
        indexes = [models.Index(fields=["case", "received_at"], name="evidence_by_case")]
        ordering = ["received_at", "id"]

    def __str__(self) -> str:
        return self.filename or self.text[:60]

    @property
    def last_check(self) -> "Check | None":
        """What was found about it last; no query where the checks are prefetched."""
        return next(reversed(self.checks.all()), None)


class Check(models.Model):
    """What somebody found about an evidence item. The latest check is the item's state."""

    class Result(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")

    item = models.ForeignKey(EvidenceItem, on_delete=models.PROTECT, related_name="checks")
    result = models.CharField(_("result"), max_length=10, choices=Result)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    by_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("check")
        verbose_name_plural = _("checks")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.result}"


class FactEntry(models.Model):
    """One thing that was said, found or decided about a fact of a case. Rows are added, never changed; the latest counts.

    `slug` names the fact, whichever version of the checklist it stands in. Texts may be emptied when somebody's data are
    erased; the record in the case's chain, which carries no personal text, stays.
    """

    class Kind(models.TextChoices):
        CLAIMED = "claimed", _("claimed")
        CORROBORATED = "corroborated", _("corroborated")
        CONTRADICTED = "contradicted", _("contradicted")
        UNABLE = "unable", _("cannot be verified")
        SET_ASIDE = "set_aside", _("set aside as not needed")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="fact_entries", verbose_name=_("case"))
    slug = models.SlugField(_("fact"))
    kind = models.CharField(_("result"), max_length=12, choices=Kind)
    value = models.CharField(_("as the customer said it"), max_length=500, blank=True)
    sentence = models.CharField(_("for the customer"), max_length=500, blank=True)
    message = models.BigIntegerField(
        null=True, blank=True, help_text="The id of the message it was said in; opaque here."
    )
    evidence = models.ManyToManyField(EvidenceItem, related_name="+", blank=True, verbose_name=_("evidence"))
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("our record")
    )
    snapshot_sha256 = models.CharField(max_length=64, blank=True)
    statement = models.CharField(_("other source"), max_length=300, blank=True)
    needs_second = models.BooleanField(_("needs a second verifier"), default=False)
    confirms = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="confirmed_by", verbose_name=_("confirms")
    )
    by_kind = models.CharField(max_length=12, choices=ACTOR_KINDS)
    by_id = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("entry on a fact")
        verbose_name_plural = _("entries on facts")
        indexes = [models.Index(fields=["case", "slug", "id"], name="fact_by_case")]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.slug} {self.kind}"


FOUND = frozenset({FactEntry.Kind.CORROBORATED, FactEntry.Kind.CONTRADICTED, FactEntry.Kind.UNABLE})
