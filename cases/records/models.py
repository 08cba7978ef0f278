"""What the operator's own systems say: read only, and kept as it was when somebody looked."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from cases.models import Case
from cskh.core.models import InAddresses


class RecordKind(models.TextChoices):
    """What the operator keeps books on, as far as customer care may read them."""

    CUSTOMER = "customer", _("customer")
    DEPOSITS = "deposits", _("deposits")
    WITHDRAWALS = "withdrawals", _("withdrawals")
    BONUSES = "bonuses", _("bonuses")
    BETS = "bets", _("bets")
    LOGINS = "logins", _("sign-ins")


# Whose rows are told apart by a transaction code.
KINDS_OF_CODES = (RecordKind.DEPOSITS, RecordKind.WITHDRAWALS, RecordKind.BETS)


class Snapshot(models.Model):
    """What a source said at one moment, for one case: never changed afterwards (a trigger refuses it), so that a finding
    can be checked against what was known then. `sha256` seals all of it (`snapshots.seal_of`)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="snapshots", verbose_name=_("case"))
    kind = models.CharField(_("record"), max_length=12, choices=RecordKind)
    source = models.CharField(_("source"), max_length=160)
    asked_for = models.CharField(_("asked for"), max_length=160)
    taken_at = models.DateTimeField(_("taken at"), default=timezone.now)
    content = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    is_cut = models.BooleanField(
        default=False, db_default=False, help_text="Whether the source has more rows than are kept here."
    )
    total = models.PositiveIntegerField(null=True, help_text="How many it has then, where it tells.")
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.CheckConstraint(name="snapshot_total_of_cut", condition=Q(total__isnull=True) | Q(is_cut=True))
        ]
        indexes = [models.Index(fields=["case", "taken_at"], name="snapshot_by_case")]
        ordering = ["taken_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asked_for}"

    @property
    def found_nothing(self) -> bool:
        """Whether the source has no such row: what says only a part never says that."""
        return not self.content and not self.is_cut


class Asked(models.Model):
    """Something that the operator's records are asked about, and how far that is."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being looked up")
        ANSWERED = "answered", _("looked up")
        UNANSWERED = "unanswered", _("the operator's system does not answer")
        NO_SOURCE = "no_source", _("no records are connected")

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next try at"), null=True, blank=True, default=timezone.now)
    looked_up_at = models.DateTimeField(_("looked up at"), null=True, blank=True)
    silent = models.CharField(max_length=160, blank=True, help_text="The source that did not answer.")

    class Meta:
        abstract = True


class TransactionCode(Asked):
    """A transaction code that stands on a case, and how far the operator's records were asked about it."""

    class Origin(models.TextChoices):
        DETAILS = "details", _("details of the case")
        MESSAGE = "message", _("message of the customer")
        EVIDENCE = "evidence", _("evidence of the customer")
        STAFF = "staff", _("added by staff")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transaction_codes", verbose_name=_("case"))
    code = models.CharField(_("transaction code"), max_length=40)
    origin = models.CharField(_("where from"), max_length=10, choices=Origin)
    origin_id = models.PositiveBigIntegerField(null=True, help_text="The message, the evidence, the member of staff.")
    noted_at = models.DateTimeField(_("noted at"), default=timezone.now)

    class Meta:
        verbose_name = _("transaction code")
        verbose_name_plural = _("transaction codes")
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="transaction_code_once_a_case")]
        indexes = [
            models.Index(fields=["code"], name="transaction_code_across"),
            models.Index(fields=["next_try_at"], name="transaction_code_due", condition=Q(next_try_at__isnull=False)),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.code

    @property
    def asked_for(self) -> str:
        return self.code


class Pull(Asked):
    """One kind of record that somebody has looked up for the customer of a case: all of it, or what happened after `since`."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="pulls", verbose_name=_("case"))
    kind = models.CharField(_("record"), max_length=12, choices=RecordKind)
    customer = models.CharField(max_length=100, help_text="The customer as the operator's systems call them.")
    since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind"], name="pull_once_a_case")]
        indexes = [models.Index(fields=["next_try_at"], name="pull_due", condition=Q(next_try_at__isnull=False))]
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.asked_for}"

    @property
    def asked_for(self) -> str:
        """As its snapshots name it: an interval that is open, so that the same answer later is the same snapshot."""
        return f"{self.customer} {timezone.localtime(self.since):%Y-%m-%d}/.." if self.since else self.customer


class RecordFile(InAddresses):
    """A file of records that somebody handed in: its rows count from when all of it was read, until it is withdrawn."""

    class Content(models.TextChoices):
        STATEMENT = "statement", _("bank statement")
        CUSTOMER = RecordKind.CUSTOMER.value, _("customers")
        DEPOSITS = RecordKind.DEPOSITS.value, RecordKind.DEPOSITS.label
        WITHDRAWALS = RecordKind.WITHDRAWALS.value, RecordKind.WITHDRAWALS.label
        BONUSES = RecordKind.BONUSES.value, RecordKind.BONUSES.label
        BETS = RecordKind.BETS.value, RecordKind.BETS.label
        LOGINS = RecordKind.LOGINS.value, RecordKind.LOGINS.label

    class Format(models.TextChoices):
        TABLE = "table", _("table (CSV)")
        CAMT = "camt.053", "camt.053"

    class State(models.TextChoices):
        UPLOADED = "uploaded", _("columns to be confirmed")
        WAITING = "waiting", _("waiting to be read")
        READING = "reading", _("being read")
        LIVE = "live", _("in use")
        REFUSED = "refused", _("not taken over")
        WITHDRAWN = "withdrawn", pgettext_lazy("file", "withdrawn")

    content = models.CharField(_("content"), max_length=12, choices=Content)
    format = models.CharField(_("format"), max_length=10, choices=Format)
    filename = models.CharField(_("file"), max_length=255)
    stored = models.CharField(max_length=255, help_text="Its name in the storage; empty once it is withdrawn.")
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("handed in by"))
    uploaded_at = models.DateTimeField(_("handed in at"), default=timezone.now)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.UPLOADED)
    columns = models.JSONField(default=dict, help_text="Field → number of its column.")
    lines = models.PositiveIntegerField(_("lines read"), default=0)
    share_read = models.PositiveSmallIntegerField(default=0, help_text="Percent of the file.")
    kept = models.PositiveIntegerField(_("rows"), default=0)
    skipped = models.PositiveIntegerField(_("lines passed over"), default=0)
    errors = models.JSONField(default=list, help_text="The first ones: line, what is wrong, the value.")
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="When reading it is begun, or begun anew.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often reading it was begun.")
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("withdrawn by")
    )

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256", "content"],
                name="record_file_once",
                condition=~Q(state__in=["refused", "withdrawn"]),
            )
        ]
        indexes = [models.Index(fields=["next_try_at"], name="record_file_due", condition=Q(next_try_at__isnull=False))]
        ordering = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_in_work(self) -> bool:
        return self.state in (self.State.WAITING, self.State.READING)


class ImportedRow(models.Model):
    """One row of a file. It counts while its file is in use."""

    file = models.ForeignKey(RecordFile, on_delete=models.PROTECT, related_name="rows")
    line = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=RecordKind)
    codes = ArrayField(models.CharField(max_length=100), help_text="Its own code, and those in what was written.")
    customer = models.CharField(max_length=100, blank=True)
    amount = models.BigIntegerField(null=True)
    at = models.DateTimeField(null=True)
    content = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            GinIndex(fields=["codes"], name="imported_row_codes"),
            models.Index(fields=["customer", "kind", "at"], name="imported_row_customer", condition=~Q(customer="")),
            models.Index(fields=["amount", "at"], name="imported_row_amount", condition=Q(amount__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.line}"
