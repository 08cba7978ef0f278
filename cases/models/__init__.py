"""The heart: the case, its events, its answers, its clocks and follow-ups; and what staff configure about them."""

from .access import Access
from .answers import Answer
from .case import IS_OPEN, STILL_OPEN, Case
from .choices import ACTOR_KINDS, CLOCK_KINDS, SAFETY_KINDS
from .configuration import Calendar, CalendarDay, Category, SlaTarget
from .deadlines import STILL_PLANNED, Clock, FollowUp, Pause
from .record import CaseEvent, EventText
from .saved_view import SavedView

__all__ = [
    "ACTOR_KINDS",
    "CLOCK_KINDS",
    "IS_OPEN",
    "SAFETY_KINDS",
    "STILL_OPEN",
    "STILL_PLANNED",
    "Access",
    "Answer",
    "Calendar",
    "CalendarDay",
    "Case",
    "CaseEvent",
    "Category",
    "Clock",
    "EventText",
    "FollowUp",
    "Pause",
    "SavedView",
    "SlaTarget",
]
