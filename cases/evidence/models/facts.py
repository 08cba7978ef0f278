"""What is said, found and decided about the facts of a case, and which checks were made on it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import ACTOR_KINDS, Case
from cases.records.models import Snapshot

from .items import EvidenceItem


class FactEntry(models.Model):
    """One thing that was said, found or decided about a fact of a case, or about a check to make (`OF_CHECKS`). Rows are
    added, never changed; the latest counts.

    `slug` names the fact or the check, whichever version of the checklist it stands in. Texts may be emptied when
    somebody's data are erased; the record in the case's chain, which carries no personal text, stays.
    """

    class Kind(models.TextChoices):
        CLAIMED = "claimed", _("claimed")
        CORROBORATED = "corroborated", _("corroborated")
        CONTRADICTED = "contradicted", _("contradicted")
        UNABLE = "unable", _("cannot be verified")
        SET_ASIDE = "set_aside", _("set aside as not needed")
        MADE = "made", _("made")
        TAKEN_BACK = "taken_back", _("taken back")

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
    statement = models.CharField(
        _("other source"), max_length=300, blank=True, help_text="Of a check: what was noted about it."
    )
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
OF_CHECKS = frozenset({FactEntry.Kind.MADE, FactEntry.Kind.TAKEN_BACK})
