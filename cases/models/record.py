"""What happened to a case, never to be rewritten, and the words that belong to it."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import ActorKind

from .case import Case
from .choices import ACTOR_KINDS


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
