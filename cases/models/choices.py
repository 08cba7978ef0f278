"""Choices that several models share, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.actors import ActorKind
from cases.safety.kinds import Kind
from cases.sla.clock import ClockKind

ACTOR_KINDS = [(kind.value, kind.value) for kind in ActorKind]
CLOCK_KINDS = [
    (ClockKind.FIRST_RESPONSE.value, _("first response")),
    (ClockKind.NEXT_RESPONSE.value, _("next response")),
    (ClockKind.EVIDENCE_WAIT.value, _("evidence wait")),
    (ClockKind.RESOLUTION.value, _("resolution")),
    (ClockKind.REGULATORY.value, _("regulatory limit")),
    (ClockKind.FIRST_CONTACT.value, _("first contact after reopening")),
    (ClockKind.CALL_BACK.value, _("call back")),
    (ClockKind.PROTECTION.value, _("protection")),
]
SAFETY_KINDS = [
    (Kind.CRISIS.value, _("a life may be at risk")),
    (Kind.SELF_EXCLUSION.value, _("self-exclusion")),
    (Kind.LOSS_OF_CONTROL.value, _("lost control of playing")),
]
